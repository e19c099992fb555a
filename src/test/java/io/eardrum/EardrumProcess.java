package io.eardrum;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;

/**
 * The application as a process of its own, on the class path of the tests or from its
 * jar, configured by environment variables as a container would be.
 */
public final class EardrumProcess implements AutoCloseable {

	private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

	private static final int FIRST_PORT = 10_000;

	private static final int PORTS = 10_000;

	private static final int PORT_TRIES = 100;

	private final Process process;

	private final Path output;

	private EardrumProcess(Process process, Path output) {
		this.process = process;
		this.output = output;
	}

	/**
	 * Starts the application and doesn't wait for it.
	 * @param environment the environment variables to add
	 * @return the process
	 * @throws IOException if it can't be started
	 */
	public static EardrumProcess start(Map<String, String> environment) throws IOException {
		return start(environment, List.of(), "-Xmx512m");
	}

	/**
	 * Starts the application and doesn't wait for it.
	 * @param environment the environment variables to add
	 * @param jvmArguments what the JVM is told besides
	 * @return the process
	 * @throws IOException if it can't be started
	 */
	public static EardrumProcess start(Map<String, String> environment, String... jvmArguments) throws IOException {
		return start(environment, List.of(), jvmArguments);
	}

	/**
	 * Starts the application by way of another program.
	 * @param environment the environment variables to add
	 * @param prefix that program and its arguments, which the command is added to
	 * @param jvmArguments what the JVM is told besides
	 * @return the process
	 * @throws IOException if it can't be started
	 */
	public static EardrumProcess start(Map<String, String> environment, List<String> prefix, String... jvmArguments)
			throws IOException {
		List<String> command = new ArrayList<>(prefix);
		command.addAll(List.of(java(), "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
		command.addAll(List.of(jvmArguments));
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), EardrumApplication.class.getName()));
		Map<String, String> variables = new HashMap<>(Map.of("EARDRUM_STORAGE_TYPE", "memory"));
		variables.putAll(environment);
		return launch(command, variables);
	}

	/**
	 * Starts the application from its jar, as users do, and doesn't wait for it.
	 * @param jar the jar with all libraries in it
	 * @param environment the environment variables to add
	 * @param jvmArguments what the JVM is told besides
	 * @return the process
	 * @throws IOException if it can't be started
	 */
	public static EardrumProcess startJar(Path jar, Map<String, String> environment, String... jvmArguments)
			throws IOException {
		List<String> command = new ArrayList<>(List.of(java()));
		command.addAll(List.of(jvmArguments));
		command.addAll(List.of("-jar", jar.toString()));
		return launch(command, environment);
	}

	private static String java() {
		return Path.of(System.getProperty("java.home"), "bin", "java").toString();
	}

	private static EardrumProcess launch(List<String> command, Map<String, String> environment) throws IOException {
		Path output = Files.createTempFile("eardrum-process", ".log");
		ProcessBuilder builder = new ProcessBuilder(command);
		builder.environment().keySet().removeIf((name) -> name.startsWith("EARDRUM_") || name.startsWith("SPRING_"));
		builder.environment().putAll(environment);
		File sink = output.toFile();
		return new EardrumProcess(builder.redirectErrorStream(true).redirectOutput(sink).start(), output);
	}

	/**
	 * Finds a port of the loopback interface that nobody uses now, among those that the
	 * system doesn't give to outgoing connections: it stays free for a server that starts
	 * later, or again.
	 * @return the port
	 * @throws IOException if there is none
	 */
	public static int freePort() throws IOException {
		Random random = new Random();
		IOException failure = new IOException("no port is free");
		for (int i = 0; i < PORT_TRIES; i++) {
			int port = FIRST_PORT + random.nextInt(PORTS);
			try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
				return socket.getLocalPort();
			}
			catch (IOException ex) {
				failure.addSuppressed(ex);
			}
		}
		throw failure;
	}

	/**
	 * Waits until a port of this process takes connections.
	 * @param port the port on 127.0.0.1
	 */
	public void awaitListening(int port) {
		Awaitility.await().atMost(START_TIMEOUT).pollInterval(Duration.ofMillis(50)).until(() -> isListening(port));
	}

	/**
	 * Asks the process to stop, with SIGTERM.
	 */
	public void terminate() {
		this.process.destroy();
	}

	/**
	 * Ends the process at once, with SIGKILL, and waits for its end.
	 */
	public void kill() {
		this.process.destroyForcibly().onExit().join();
	}

	/**
	 * Waits until the process has ended.
	 * @param timeout how long to wait at most
	 * @return its exit code
	 * @throws InterruptedException if the thread is interrupted
	 */
	public int awaitExit(Duration timeout) throws InterruptedException {
		if (!this.process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
			throw new AssertionError("still running after " + timeout + ": " + output());
		}
		return this.process.exitValue();
	}

	/**
	 * Returns what the process has written to its console until now.
	 * @return standard output and standard error
	 */
	public String output() {
		try {
			return Files.readString(this.output);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	@Override
	public void close() throws IOException {
		this.process.destroyForcibly().onExit().join();
		Files.delete(this.output);
	}

	private boolean isListening(int port) {
		if (!this.process.isAlive()) {
			throw new IllegalStateException("the process ended: " + output());
		}
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

}
