package io.eardrum.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * A server on a port of the loopback interface that handles each connection as a test
 * says: it may split, delay or malform replies, close or reset the connection, or stay
 * silent.
 */
public final class ScriptedServer implements AutoCloseable {

	private final ServerSocket serverSocket;

	private final Script script;

	private final Thread acceptor;

	private final AtomicInteger connections = new AtomicInteger();

	private final List<String> lines = new CopyOnWriteArrayList<>();

	private final List<Socket> sockets = new CopyOnWriteArrayList<>();

	private ScriptedServer(ServerSocket serverSocket, Script script) {
		this.serverSocket = serverSocket;
		this.script = script;
		this.acceptor = start(this::accept);
	}

	/**
	 * Starts a server.
	 * @param script handles each connection
	 * @return the server
	 * @throws IOException if there is no port
	 */
	public static ScriptedServer start(Script script) throws IOException {
		return on(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), script);
	}

	static ScriptedServer on(ServerSocket serverSocket, Script script) {
		return new ScriptedServer(serverSocket, script);
	}

	/**
	 * Starts a server that answers each line with the next of some replies, and repeats
	 * the last one.
	 * @param replies the replies
	 * @return the server
	 * @throws IOException if there is no port
	 */
	public static ScriptedServer answering(String... replies) throws IOException {
		return start((session) -> {
			int next = 0;
			while (session.readLine() != null) {
				session.write(replies[Math.min(next++, replies.length - 1)]);
			}
		});
	}

	/**
	 * Returns the port of the server.
	 * @return the port on 127.0.0.1
	 */
	public int port() {
		return this.serverSocket.getLocalPort();
	}

	int connections() {
		return this.connections.get();
	}

	/**
	 * Returns what clients have sent.
	 * @return the lines
	 */
	public List<String> lines() {
		return this.lines;
	}

	private void accept() throws IOException {
		while (true) {
			Socket socket = this.serverSocket.accept();
			this.sockets.add(socket);
			Session session = new Session(socket, this.connections.incrementAndGet());
			start(() -> {
				try (socket) {
					this.script.run(session);
				}
			});
		}
	}

	private static Thread start(Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException ex) {
				// Either side has closed the connection, as at the end of every test.
			}
		}, "scripted-server");
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	@Override
	public void close() throws IOException {
		this.serverSocket.close();
		for (Socket socket : this.sockets) {
			socket.close();
		}
		try {
			// Until then, the server could still accept a client.
			this.acceptor.join(10_000);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Handles a connection, which is closed afterwards.
	 */
	@FunctionalInterface
	public interface Script {

		/**
		 * Handles a connection.
		 * @param session the connection
		 * @throws IOException if the connection ends
		 */
		void run(Session session) throws IOException;

	}

	private interface Task {

		void run() throws IOException;

	}

	/**
	 * A connection, as the server sees it.
	 */
	public final class Session {

		private final Socket socket;

		private final int number;

		private Session(Socket socket, int number) {
			this.socket = socket;
			this.number = number;
		}

		int number() {
			return this.number;
		}

		/**
		 * Reads a line.
		 * @return the line, or {@code null} at the end of the stream
		 * @throws IOException if the connection fails
		 */
		public @Nullable String readLine() throws IOException {
			ByteArrayOutputStream line = new ByteArrayOutputStream();
			for (int next = this.socket.getInputStream().read(); next != '\n'; next = this.socket.getInputStream()
				.read()) {
				if (next < 0) {
					return null;
				}
				line.write(next);
			}
			String text = line.toString(StandardCharsets.UTF_8);
			ScriptedServer.this.lines.add(text);
			return text;
		}

		/**
		 * Writes a text at once.
		 * @param text what to write
		 * @throws IOException if the connection fails
		 */
		public void write(String text) throws IOException {
			write(text.getBytes(StandardCharsets.UTF_8));
		}

		void write(byte[] bytes) throws IOException {
			this.socket.getOutputStream().write(bytes);
			this.socket.getOutputStream().flush();
		}

		/**
		 * Reads, and sends nothing, until the client has gone.
		 * @throws IOException if the connection fails
		 */
		public void staySilent() throws IOException {
			while (this.socket.getInputStream().read() >= 0) {
				Thread.onSpinWait();
			}
		}

		/**
		 * Ends the connection with a reset.
		 * @throws IOException if the connection fails
		 */
		public void reset() throws IOException {
			this.socket.setSoLinger(true, 0);
			this.socket.close();
		}

	}

}
