package io.eardrum.storage.cassandra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * A Cassandra on the loopback addresses of this machine, in processes of its own that end
 * with this one, on a JDK 17. Its class path is made by {@code ./mvnw -P cassandra}. The
 * logs of its nodes stay in {@code target/cassandra}. For one thread at a time.
 * <p>
 * As a program it runs a number of nodes (1, if none is given) until it is ended, for
 * whoever wants to try something by hand; further arguments are for their JVMs.
 */
public final class CassandraCluster implements AutoCloseable {

	/** What the nodes call their datacenter, with the simple snitch. */
	public static final String DATACENTER = "datacenter1";

	/**
	 * What makes a node take little more than half a gigabyte, and start in some five
	 * seconds. It locks what memory it has at its start.
	 */
	public static final List<String> SMALL = List.of("-Xms320m", "-Xmn192m", "-Xmx512m", "-XX:TieredStopAtLevel=1");

	/**
	 * What a node needs that nobody is to find slow, on a machine that may be busy: as
	 * Cassandra comes, a write fails after two seconds.
	 */
	public static final Map<String, Object> PATIENT = Map.of("write_request_timeout", "20s", "read_request_timeout",
			"20s", "range_request_timeout", "20s");

	private static final AtomicInteger COUNTER = new AtomicInteger();

	private final List<CassandraNode> nodes = new ArrayList<>();

	private final Thread hook = new Thread(this::kill, "cassandra-shutdown");

	private CassandraCluster(int size, List<String> jvmArguments, Map<String, Object> settings) throws IOException {
		CassandraPorts ports = CassandraPorts.free(size);
		Path directory = Path.of("target", "cassandra",
				"cluster-" + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet());
		for (int i = 0; i < size; i++) {
			this.nodes
				.add(new CassandraNode(i, size, ports, directory.resolve("node-" + (i + 1)), jvmArguments, settings));
		}
	}

	/**
	 * Starts a cluster, and waits until it takes clients.
	 * @param size how many nodes it has
	 * @param jvmArguments what the JVMs of the nodes are told besides
	 * @param settings what differs from the common cassandra.yaml
	 * @return the cluster, which takes clients
	 * @throws IOException if it can't be started
	 */
	public static CassandraCluster start(int size, List<String> jvmArguments, Map<String, Object> settings)
			throws IOException {
		CassandraCluster cluster = launch(size, jvmArguments, settings);
		try {
			cluster.awaitReady();
			return cluster;
		}
		catch (RuntimeException ex) {
			cluster.close();
			throw ex;
		}
	}

	/**
	 * Starts a cluster, and does not wait for it.
	 * @param size how many nodes it has
	 * @param jvmArguments what the JVMs of the nodes are told besides
	 * @param settings what differs from the common cassandra.yaml
	 * @return the cluster, which takes no clients yet
	 * @throws IOException if it can't be started
	 */
	public static CassandraCluster launch(int size, List<String> jvmArguments, Map<String, Object> settings)
			throws IOException {
		CassandraCluster cluster = new CassandraCluster(size, jvmArguments, settings);
		Runtime.getRuntime().addShutdownHook(cluster.hook);
		try {
			// Side by side: each has a token of its own, and none copies from others.
			for (CassandraNode node : cluster.nodes) {
				node.launch();
			}
			return cluster;
		}
		catch (IOException | RuntimeException ex) {
			cluster.close();
			throw ex;
		}
	}

	/**
	 * Waits until all nodes take clients and see each other.
	 */
	public void awaitReady() {
		for (CassandraNode node : this.nodes) {
			node.awaitReady(this.nodes.size() - 1);
		}
	}

	/**
	 * Returns the single node that all tests of this JVM share. It starts when it is
	 * first asked for, and ends with the JVM.
	 * @return the cluster of one node
	 */
	public static CassandraCluster shared() {
		return Shared.CLUSTER;
	}

	/**
	 * Returns where the nodes take clients.
	 * @return an address and port for each node
	 */
	public List<InetSocketAddress> contactPoints() {
		return this.nodes.stream().map(CassandraNode::contactPoint).toList();
	}

	/**
	 * Returns the same as a value of {@code spring.cassandra.contact-points}.
	 * @return addresses and ports
	 */
	public String contactPointList() {
		return contactPoints().stream()
			.map((point) -> point.getAddress().getHostAddress() + ":" + point.getPort())
			.collect(Collectors.joining(","));
	}

	/**
	 * Returns a node.
	 * @param number its number, from 0
	 * @return the node, which may have been killed
	 */
	public CassandraNode node(int number) {
		return this.nodes.get(number);
	}

	/**
	 * Starts a node again that was killed, and waits until it takes clients.
	 * @param number its number, from 0
	 * @throws IOException if it can't be started
	 */
	public void restart(int number) throws IOException {
		this.nodes.get(number).start((int) this.nodes.stream().filter(CassandraNode::isRunning).count());
	}

	/**
	 * Returns what the nodes last logged, to be shown with a failure.
	 * @return the end of each log
	 */
	public String tail() {
		return this.nodes.stream().map(CassandraNode::tail).collect(Collectors.joining("\n\n"));
	}

	private void kill() {
		this.nodes.forEach(CassandraNode::close);
	}

	@Override
	public void close() {
		kill();
		try {
			Runtime.getRuntime().removeShutdownHook(this.hook);
		}
		catch (IllegalStateException ex) {
			// It runs already, and finds nothing left to do.
		}
	}

	public static void main(String[] arguments) throws IOException, InterruptedException {
		int size = (arguments.length > 0) ? Integer.parseInt(arguments[0]) : 1;
		List<String> jvmArguments = new ArrayList<>(SMALL);
		jvmArguments.addAll(List.of(arguments).subList(Math.min(1, arguments.length), arguments.length));
		CassandraCluster cluster = start(size, jvmArguments, Map.of());
		System.out.println("spring.cassandra.contact-points=" + cluster.contactPointList());
		System.out.println("spring.cassandra.local-datacenter=" + DATACENTER);
		new CountDownLatch(1).await();
	}

	/** Started by whoever asks first, while the others wait. */
	private static final class Shared {

		private static final CassandraCluster CLUSTER = create();

		private static CassandraCluster create() {
			try {
				return start(1, SMALL, PATIENT);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
