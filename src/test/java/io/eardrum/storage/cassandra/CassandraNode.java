package io.eardrum.storage.cassandra;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import org.yaml.snakeyaml.Yaml;

/**
 * A node of Cassandra as a process of its own, without any container. It keeps its data
 * from one start to the next, and ends with the process that started it, however that
 * ends. For one thread at a time.
 */
public final class CassandraNode implements AutoCloseable {

	private static final Path RESOURCES = Path.of("src/test/cassandra");

	private static final Path CLASS_PATH = Path.of("target/cassandra/classpath");

	/** Several of them start side by side on few and busy processors. */
	private static final Duration START_TIMEOUT = Duration.ofMinutes(3);

	private static final int SHOWN_LINES = 60;

	private final int number;

	private final CassandraPorts ports;

	private final Path directory;

	private final Path log;

	private final List<String> jvmArguments;

	private @Nullable Process process;

	/** Thaws this node after some time. */
	private @Nullable Process thaw;

	/** How long the log was when the node was last started. */
	private long logStart;

	/**
	 * Prepares a node and does not start it.
	 * @param number its number, from 0
	 * @param nodes how many nodes the cluster has
	 * @param ports the ports of all nodes
	 * @param directory where it keeps everything; made if there is none
	 * @param jvmArguments what its JVM is told besides
	 * @param settings what differs from the common cassandra.yaml
	 * @throws IOException if its files can't be written
	 */
	CassandraNode(int number, int nodes, CassandraPorts ports, Path directory, List<String> jvmArguments,
			Map<String, Object> settings) throws IOException {
		this.number = number;
		this.ports = ports;
		this.directory = directory.toAbsolutePath();
		this.log = this.directory.resolveSibling(this.directory.getFileName() + ".log");
		this.jvmArguments = List.copyOf(jvmArguments);
		Files.createDirectories(this.directory);
		Files.deleteIfExists(this.log);
		Map<String, Object> yaml = new Yaml().load(Files.readString(RESOURCES.resolve("cassandra.yaml")));
		yaml.put("initial_token", token(number, nodes));
		yaml.put("storage_port", ports.storage());
		yaml.put("native_transport_port", ports.cql());
		yaml.put("listen_address", ports.address(number));
		yaml.put("rpc_address", ports.address(number));
		// Each is a seed: a node that is none ends if it hears of no seed within a few
		// seconds, and which ones are away when a node is started is a matter of chance.
		String seeds = IntStream.range(0, nodes)
			.mapToObj((node) -> ports.address(node) + ":" + ports.storage())
			.collect(Collectors.joining(","));
		yaml.put("seed_provider", List.of(Map.of("class_name", "org.apache.cassandra.locator.SimpleSeedProvider",
				"parameters", List.of(Map.of("seeds", seeds)))));
		yaml.put("data_file_directories", List.of(folder("data")));
		for (String name : List.of("commitlog", "hints", "saved_caches", "cdc_raw")) {
			yaml.put(name + "_directory", folder(name));
		}
		yaml.putAll(settings);
		if (!settings.containsKey("commitlog_sync")) {
			yaml.putAll(Map.of("commitlog_sync", "periodic", "commitlog_sync_period", "10000ms"));
		}
		Files.writeString(this.directory.resolve("cassandra.yaml"), new Yaml().dump(yaml));
	}

	// The tokens cut the ring into equal parts.
	private static String token(int number, int nodes) {
		BigInteger part = BigInteger.ONE.shiftLeft(64).divide(BigInteger.valueOf(nodes));
		return BigInteger.valueOf(Long.MIN_VALUE).add(part.multiply(BigInteger.valueOf(number))).toString();
	}

	private String folder(String name) {
		return this.directory.resolve(name).toString();
	}

	/**
	 * Returns where this node takes clients.
	 * @return its address and port
	 */
	public InetSocketAddress contactPoint() {
		return this.ports.contactPoint(this.number);
	}

	/**
	 * Starts this node, again if it ran before, and waits until it takes clients and sees
	 * the nodes of its cluster that run.
	 * @param others how many other nodes run
	 * @throws IOException if it can't be started
	 */
	void start(int others) throws IOException {
		launch();
		awaitReady(others);
	}

	/**
	 * Starts this node and does not wait for it.
	 * @throws IOException if it can't be started
	 */
	void launch() throws IOException {
		if (isRunning()) {
			throw new IllegalStateException("node " + this.number + " runs");
		}
		if (!Files.isReadable(CLASS_PATH)) {
			throw new IllegalStateException(
					"there is no " + CLASS_PATH + "; it takes ./mvnw -P cassandra generate-test-resources");
		}
		this.logStart = Files.exists(this.log) ? Files.size(this.log) : 0;
		List<String> command = new ArrayList<>();
		command.add(JavaHome.java17().toString());
		command.add("@" + RESOURCES.resolve("jvm.options").toAbsolutePath());
		command.addAll(this.jvmArguments);
		command.add("-Dcassandra.config=" + this.directory.resolve("cassandra.yaml").toUri());
		command.add("-Dcassandra.storagedir=" + this.directory);
		command.add("-Dcassandra.logdir=" + this.directory);
		command.add("-Dlogback.configurationFile=" + RESOURCES.resolve("logback.xml").toAbsolutePath());
		command.add("-Djava.io.tmpdir=" + Files.createDirectories(this.directory.resolve("tmp")));
		// Nothing but the launcher is there for a class loader to find: it comes last.
		command.addAll(List.of("-cp", Files.readString(CLASS_PATH).strip() + ":" + launcherPath(),
				CassandraLauncher.class.getName()));
		this.process = new ProcessBuilder(command).directory(this.directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(this.log.toFile()))
			.start();
	}

	// Not the class path of the tests, for theirs is another Logback and another Netty.
	private Path launcherPath() throws IOException {
		String name = CassandraLauncher.class.getName().replace('.', '/') + ".class";
		Path target = this.directory.resolve("launcher").resolve(name);
		if (!Files.exists(target)) {
			Files.createDirectories(target.getParent());
			try (InputStream source = CassandraLauncher.class.getClassLoader().getResourceAsStream(name)) {
				if (source == null) {
					throw new IOException("there is no " + name);
				}
				Files.copy(source, target);
			}
		}
		return this.directory.resolve("launcher");
	}

	/**
	 * Waits until this node takes clients and sees others.
	 * @param others how many of them
	 */
	void awaitReady(int others) {
		long end = System.nanoTime() + START_TIMEOUT.toNanos();
		while (!takesClients(contactPoint()) || seen() < others) {
			if (!isRunning()) {
				throw new IllegalStateException("node " + this.number + " ended: " + tail());
			}
			if (System.nanoTime() - end > 0) {
				throw new IllegalStateException(
						"node " + this.number + " is not ready after " + START_TIMEOUT + ": " + tail());
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
		}
	}

	/**
	 * Tells whether something takes clients there.
	 * @param contactPoint where it should
	 * @return whether it does
	 */
	static boolean takesClients(InetSocketAddress contactPoint) {
		try (Socket socket = new Socket()) {
			socket.connect(contactPoint, 1000);
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	// A node writes once for each other one that it is up.
	private long seen() {
		return output().lines().filter((line) -> line.endsWith(" is now UP")).distinct().count();
	}

	/**
	 * Tells whether the process is there, frozen or not.
	 * @return whether it is
	 */
	public boolean isRunning() {
		return this.process != null && this.process.isAlive();
	}

	/**
	 * Ends this node at once, with SIGKILL, and waits for its end.
	 */
	public void kill() {
		if (this.process != null) {
			this.process.destroyForcibly().onExit().orTimeout(1, TimeUnit.MINUTES).join();
		}
		endThaw();
	}

	/**
	 * Stops this node where it is, with SIGSTOP: its connections stay open, and nothing
	 * is answered. It goes on by itself after some time, even if the process that ran
	 * this is gone by then: frozen, it would not notice that.
	 * @param longest after how long, in whole seconds
	 * @throws IOException if it can't be done
	 * @throws InterruptedException if the thread is interrupted
	 */
	public void freeze(Duration longest) throws IOException, InterruptedException {
		this.thaw = shell("sleep \"$1\"; kill -CONT \"$0\"", String.valueOf(longest.toSeconds()));
		signal("STOP");
	}

	/**
	 * Lets this node go on that was frozen.
	 * @throws IOException if it can't be done
	 * @throws InterruptedException if the thread is interrupted
	 */
	public void thaw() throws IOException, InterruptedException {
		signal("CONT");
		endThaw();
	}

	private void endThaw() {
		if (this.thaw != null) {
			// The shell first, which would go on when its sleep ends.
			List<ProcessHandle> sleep = this.thaw.descendants().toList();
			this.thaw.destroyForcibly();
			sleep.forEach(ProcessHandle::destroyForcibly);
			this.thaw = null;
		}
	}

	private void signal(String name) throws IOException, InterruptedException {
		int status = shell("kill -\"$1\" \"$0\"", name).waitFor();
		if (status != 0) {
			throw new IOException("kill -" + name + " ended with " + status);
		}
	}

	private Process shell(String script, String argument) throws IOException {
		if (this.process == null || !this.process.isAlive()) {
			throw new IllegalStateException("node " + this.number + " does not run");
		}
		return new ProcessBuilder("sh", "-c", script, String.valueOf(this.process.pid()), argument)
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(this.log.toFile()))
			.start();
	}

	/**
	 * Returns what this node has logged since its last start.
	 * @return the lines
	 */
	public String output() {
		try (SeekableByteChannel channel = Files.newByteChannel(this.log)) {
			channel.position(Math.min(this.logStart, channel.size()));
			return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	/**
	 * Returns the end of what this node has logged, to be shown with a failure.
	 * @return its last lines, and where the others are
	 */
	public String tail() {
		List<String> lines = output().lines().toList();
		return this.log + ":\n"
				+ String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
	}

	/**
	 * Ends this node at once and deletes all it has but its log.
	 */
	@Override
	public void close() {
		kill();
		try {
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
