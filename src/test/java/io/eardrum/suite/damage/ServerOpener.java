package io.eardrum.suite.damage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

import io.eardrum.fixture.EardrumProcess;
import io.eardrum.metric.PointBatch;

/**
 * Opens stores with a real server, from its jar, and asks it over TCP. For one thread.
 */
final class ServerOpener implements StoreOpener {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final String FAILED = "APPLICATION FAILED TO START";

	private final Path jar;

	/**
	 * Prepares for it.
	 * @param jar the jar with all libraries in it
	 */
	ServerOpener(Path jar) {
		this.jar = jar;
	}

	@Override
	@SuppressWarnings("resource") // Closed by who opens it.
	public OpenStore open(Path directory, String fsync, boolean recoverTail)
			throws RefusedException, HangsException, IOException {
		int port = EardrumProcess.freePort();
		Map<String, String> environment = new HashMap<>(
				Map.of("EARDRUM_STORAGE_TYPE", "embedded", "EARDRUM_STORAGE_PATH", directory.toString(),
						"EARDRUM_STORAGE_FSYNC", fsync, "EARDRUM_STORAGE_MEMORY", "64MB", "EARDRUM_TCP_PORT",
						String.valueOf(port), "SERVER_PORT", "0", "EARDRUM_STORAGE_MINFREESPACE", "1MB"));
		if (recoverTail) {
			environment.put("EARDRUM_STORAGE_RECOVER", "tail");
		}
		EardrumProcess process = EardrumProcess.startJar(this.jar, environment, "-XX:TieredStopAtLevel=1",
				"-Xshare:auto", "-Xmx256m");
		try {
			process.awaitListening(port);
			return new OpenServer(process, port);
		}
		catch (IllegalStateException ex) {
			throw refusal(process);
		}
		catch (ConditionTimeoutException ex) {
			try (process) {
				throw new HangsException("the server takes no connections and goes on: " + process.output());
			}
		}
	}

	private static RefusedException refusal(EardrumProcess process) throws IOException {
		try (process) {
			String output = process.output();
			int status = process.awaitExit(PATIENCE);
			int start = output.indexOf(FAILED);
			if (status == 0) {
				return new RefusedException("(with status 0) " + output);
			}
			return new RefusedException((start >= 0) ? output.substring(start) : output);
		}
		catch (InterruptedException ex) {
			throw new IOException(ex);
		}
	}

	/**
	 * A server that runs.
	 *
	 * @param process its process
	 * @param port its port
	 */
	private record OpenServer(EardrumProcess process, int port) implements OpenStore {

		@Override
		public Contents read() throws IOException {
			Map<String, Map<Long, Double>> rows = new HashMap<>();
			try (Socket socket = connect(); BufferedReader reader = send(socket, "get *\n")) {
				String line = reader.readLine();
				if (!"ok".equals(line)) {
					return unreadable(line);
				}
				line = reader.readLine();
				while (line != null && !line.isEmpty()) {
					String[] words = line.split(" ", -1);
					rows.computeIfAbsent(words[0], (unused) -> new TreeMap<>())
						.put(Long.parseLong(words[2]), Double.parseDouble(words[1]));
					line = reader.readLine();
				}
				return (line != null) ? new Contents(rows, Set.of(), null) : unreadable("a reply that was cut");
			}
			catch (IOException ex) {
				return unreadable(ex.toString());
			}
		}

		// What a server has sent of a reply that it doesn't end says nothing about the
		// rest.
		private Contents unreadable(@Nullable String reply) {
			return new Contents(Map.of(), Set.of(PutHistory.ALL),
					"get * was answered with " + reply + ": " + this.process.output());
		}

		@Override
		public @Nullable String put(PointBatch batch) throws IOException {
			for (int i = 0; i < batch.size(); i++) {
				try (Socket socket = connect();
						BufferedReader reader = send(socket,
								"put " + batch.key(i) + " " + batch.value(i) + " " + batch.timestamp(i) + "\n")) {
					String line = reader.readLine();
					if (!"ok".equals(line)) {
						return "a put was answered with " + line + ": " + this.process.output();
					}
				}
			}
			return null;
		}

		private Socket connect() throws IOException {
			Socket socket = new Socket();
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port));
			socket.setSoTimeout((int) PATIENCE.toMillis());
			return socket;
		}

		private static BufferedReader send(Socket socket, String line) throws IOException {
			socket.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
			return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
		}

		@Override
		public void close() throws IOException {
			try (this.process) {
				this.process.terminate();
				this.process.awaitExit(PATIENCE);
			}
			catch (InterruptedException ex) {
				throw new IOException(ex);
			}
		}

	}

}
