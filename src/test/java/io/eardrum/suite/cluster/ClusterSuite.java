package io.eardrum.suite.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

import com.jayway.jsonpath.JsonPath;

import io.eardrum.fixture.EardrumProcess;
import io.eardrum.server.fixture.HttpAnswer;
import io.eardrum.storage.cassandra.fixture.CassandraCluster;
import io.eardrum.suite.fixture.StoredRows;

/**
 * Two real servers on a real Cassandra of three nodes that keep three copies, with
 * clients that put and read all the time while nodes and servers are killed and nodes
 * frozen: a program of its own, which ends with 1 if it finds a violation.
 * <p>
 * Each acknowledged point must be there, with the value that was acknowledged last or one
 * that was sent later; nothing older may be read at any time, from either server. Series
 * stand in the order of their first puts, in which both servers agree. With one node
 * away, puts and gets go on by themselves; with two, they are refused, and nobody is left
 * without an answer.
 * <p>
 * Options: {@code --rounds <n>} (1), {@code --seed <n>}, {@code --writers <n>} (4),
 * {@code --jar <path>} (target/eardrum.jar). In each round everything is done once, in an
 * order of its own. The nodes write their commit logs before they answer: as Cassandra
 * comes, a kill loses what a node acknowledged in the last tenth of a second.
 */
public final class ClusterSuite {

	private static final int NODES = 3;

	private static final int SERVERS = 2;

	private static final Duration LIMIT = Duration.ofMinutes(4);

	private static final Duration LIMIT_PER_ROUND = Duration.ofMinutes(6);

	/** Until puts and gets go on at each server with one node away. */
	private static final Duration FAILOVER = Duration.ofSeconds(20);

	/** The same once two nodes are back. */
	private static final Duration RECOVERY = Duration.ofSeconds(60);

	private static final Duration SERVER_START = Duration.ofSeconds(90);

	/** By then a node that was frozen goes on by itself, if all else goes wrong. */
	private static final Duration MAX_FROZEN = Duration.ofMinutes(2);

	private final Random random;

	private final int rounds;

	private final long seed;

	private final Path jar;

	private final AtomicReference<String> violation = new AtomicReference<>("");

	private final List<ClusterTally> tallies = new ArrayList<>();

	private final List<PutLog> logs = new ArrayList<>();

	private final List<ClusterWriter> writers = new ArrayList<>();

	private final List<Integer> ports = new ArrayList<>();

	private final List<Integer> httpPorts = new ArrayList<>();

	private final List<EardrumProcess> servers = new ArrayList<>();

	private final ClusterReader reader;

	private final Map<String, Integer> faults = new HashMap<>();

	private List<String> order = List.of();

	private Duration longestFailover = Duration.ZERO;

	private Duration longestRecovery = Duration.ZERO;

	private ClusterSuite(int rounds, long seed, int writers, Path jar) throws IOException {
		this.rounds = rounds;
		this.seed = seed;
		this.random = new Random(seed);
		this.jar = jar;
		for (int i = 0; i < SERVERS; i++) {
			this.ports.add(EardrumProcess.freePort());
			this.httpPorts.add(EardrumProcess.freePort());
			this.tallies.add(new ClusterTally(this.violation));
		}
		for (int i = 0; i < writers; i++) {
			PutLog log = new PutLog(i, System::nanoTime);
			this.logs.add(log);
			this.writers.add(new ClusterWriter(log, i % SERVERS, this.ports, this.tallies, seed + i));
		}
		this.reader = new ClusterReader(this.logs, this.ports, this.tallies, seed - 1);
	}

	public static void main(String[] arguments) throws Exception {
		System.exit(of(arguments).run() ? 0 : 1);
	}

	/**
	 * Reads the options.
	 * @param arguments names and values
	 * @return the suite, which was not begun yet
	 * @throws IOException if there are no free ports
	 */
	static ClusterSuite of(String[] arguments) throws IOException {
		int rounds = 1;
		int writers = 4;
		long seed = System.nanoTime();
		Path jar = Path.of("target/eardrum.jar");
		for (int i = 0; i + 1 < arguments.length; i += 2) {
			String value = arguments[i + 1];
			switch (arguments[i]) {
				case "--rounds" -> rounds = Integer.parseInt(value);
				case "--writers" -> writers = Integer.parseInt(value);
				case "--seed" -> seed = Long.parseLong(value);
				case "--jar" -> jar = Path.of(value);
				default -> throw new IllegalArgumentException("unknown option " + arguments[i]);
			}
		}
		if (!Files.isReadable(jar)) {
			throw new IllegalArgumentException("there is no " + jar);
		}
		return new ClusterSuite(rounds, seed, writers, jar);
	}

	long seed() {
		return this.seed;
	}

	private void endInTime() {
		Duration limit = LIMIT.plus(LIMIT_PER_ROUND.multipliedBy(this.rounds));
		Thread watchdog = new Thread(() -> {
			pause(limit);
			System.out.printf("cluster suite: not done after %s; --seed %d%n", limit, this.seed);
			Runtime.getRuntime().halt(2);
		}, "watchdog");
		watchdog.setDaemon(true);
		watchdog.start();
	}

	/**
	 * Does all of it, in limited time: if it hangs, it ends the process.
	 * @return whether all was as it must be
	 * @throws Exception if the cluster can't be started
	 */
	boolean run() throws Exception {
		System.out.println("cluster suite: --seed " + this.seed);
		endInTime();
		String end = "";
		try (CassandraCluster cluster = CassandraCluster.start(NODES, CassandraCluster.SMALL,
				Map.of("commitlog_sync", "batch"))) {
			say(NODES + " nodes of Cassandra run");
			try {
				for (int i = 0; i < SERVERS; i++) {
					this.servers.add(startServer(i, cluster));
				}
				work(cluster);
			}
			catch (Violation ex) {
				this.violation.compareAndSet("", String.valueOf(ex.getMessage()));
			}
			catch (Exception ex) {
				ex.printStackTrace();
				this.violation.compareAndSet("", ex.toString());
			}
			finally {
				stopClients();
				if (!this.violation.get().isEmpty()) {
					end = evidence(cluster);
				}
				for (EardrumProcess server : this.servers) {
					server.close();
				}
			}
		}
		if (!end.isEmpty()) {
			System.out.println(end);
		}
		System.out.println(summary());
		return this.violation.get().isEmpty();
	}

	private EardrumProcess startServer(int index, CassandraCluster cluster) throws Exception {
		EardrumProcess server = EardrumProcess.startJar(this.jar,
				Map.of("SPRING_PROFILES_ACTIVE", "cassandra", "SPRING_CASSANDRA_CONTACTPOINTS",
						cluster.contactPointList(), "SPRING_CASSANDRA_LOCALDATACENTER", CassandraCluster.DATACENTER,
						"EARDRUM_STORAGE_CASSANDRA_REPLICATIONFACTOR", String.valueOf(NODES), "EARDRUM_TCP_PORT",
						String.valueOf(this.ports.get(index)), "SERVER_PORT",
						String.valueOf(this.httpPorts.get(index))),
				"-Xmx256m", "-XX:TieredStopAtLevel=1");
		Runtime.getRuntime().addShutdownHook(new Thread(server::kill));
		return server;
	}

	private void work(CassandraCluster cluster) throws Exception {
		awaitReadiness(200, SERVER_START);
		say(SERVERS + " servers run");
		for (ClusterWriter writer : this.writers) {
			new Thread(writer::run, "writer").start();
		}
		new Thread(this.reader::run, "reader").start();
		awaitProgress("in the beginning", RECOVERY);
		check("in the beginning");
		for (int round = 0; round < this.rounds; round++) {
			List<Fault> plan = new ArrayList<>(List.of(Fault.values()));
			Collections.shuffle(plan, this.random);
			for (Fault fault : plan) {
				say(fault + " begins");
				switch (fault) {
					case NODES_KILLED_IN_TURN -> killNodesInTurn(cluster);
					case NODE_FROZEN -> freezeNode(cluster);
					case SERVER_KILLED -> killServer(cluster);
					case TWO_NODES_KILLED -> killTwoNodes(cluster);
				}
				check("after " + fault);
			}
		}
	}

	// The second node goes as soon as the first is back, which lacks what it has missed.
	private void killNodesInTurn(CassandraCluster cluster) throws Exception {
		int[] victims = victims();
		for (int node : new int[] { victims[0], victims[1] }) {
			cluster.node(node).kill();
			count("nodes killed");
			note(awaitProgress("with node " + node + " killed", FAILOVER));
			// The others wait 2 s for an answer to a write, and keep it for the node
			// then.
			pause(Duration.ofMillis(2500));
			note(awaitProgress("with node " + node + " killed for a while", FAILOVER));
			cluster.restart(node);
			say("node " + node + " is back");
		}
		awaitProgress("with all nodes back", FAILOVER);
	}

	private void freezeNode(CassandraCluster cluster) throws Exception {
		awaitConnections("before a node is frozen", NODES);
		int node = victims()[0];
		cluster.node(node).freeze(MAX_FROZEN);
		count("frozen");
		note(awaitProgress("with node " + node + " frozen", FAILOVER));
		// It is longer than the 5 s that a read and the 2 s that a write may take:
		// servers
		// ask after 5 s on a connection on which nothing comes, and close it after 7.
		awaitConnections("while node " + node + " is frozen", NODES - 1);
		// Nodes give each other up after some 16 s: that is for those who have more time.
		pause(Duration.ofMillis(this.random.nextInt((this.rounds > 1) ? 12_000 : 1_000)));
		note(awaitProgress("with node " + node + " frozen for a while", FAILOVER));
		cluster.node(node).thaw();
		say("node " + node + " goes on");
		awaitProgress("with the frozen node back", FAILOVER);
	}

	private void killServer(CassandraCluster cluster) throws Exception {
		int index = this.random.nextInt(SERVERS);
		this.servers.get(index).kill();
		count("servers killed");
		awaitProgress("with server " + index + " killed", FAILOVER, (tally) -> tally == this.tallies.get(1 - index));
		this.servers.get(index).close();
		this.servers.set(index, startServer(index, cluster));
		awaitReadiness(200, SERVER_START);
		say("server " + index + " is back");
		// Clients that are content where they are don't come back.
		this.writers.forEach(ClusterWriter::pause);
		await("the clients are quiet", StoredRows.SILENCE.multipliedBy(2),
				() -> this.writers.stream().allMatch(ClusterWriter::isQuiet));
		for (int i = 0; i < this.writers.size(); i++) {
			this.writers.get(i).goTo(i % SERVERS);
		}
		this.writers.forEach(ClusterWriter::resume);
		awaitProgress("with both servers back", FAILOVER);
	}

	private void killTwoNodes(CassandraCluster cluster) throws Exception {
		int[] victims = victims();
		cluster.node(victims[0]).kill();
		pause(Duration.ofMillis(this.random.nextInt(2000)));
		cluster.node(victims[1]).kill();
		count("nodes killed");
		count("nodes killed");
		this.writers.forEach(ClusterWriter::forbid);
		awaitGrowth("puts are refused with two nodes away", StoredRows.SILENCE, (tally) -> tally.refused);
		awaitGrowth("gets are refused with two nodes away", StoredRows.SILENCE, (tally) -> tally.refusedReads);
		awaitReadiness(503, StoredRows.SILENCE);
		// A server in trouble tries each second whether its cluster takes points again.
		pause(Duration.ofMillis(1500));
		awaitGrowth("puts are still refused", StoredRows.SILENCE, (tally) -> tally.refused);
		this.writers.forEach(ClusterWriter::allow);
		cluster.restart(victims[0]);
		say("one of the two nodes is back");
		Duration recovery = awaitProgress("with one of the two nodes back", RECOVERY);
		this.longestRecovery = max(this.longestRecovery, recovery);
		awaitReadiness(200, RECOVERY);
		cluster.restart(victims[1]);
		awaitProgress("with both nodes back", FAILOVER);
	}

	private int[] victims() {
		int first = this.random.nextInt(NODES);
		return new int[] { first, (first + 1 + this.random.nextInt(NODES - 1)) % NODES };
	}

	// All that was acknowledged, in one order, from each server.
	private void check(String when) {
		this.writers.forEach(ClusterWriter::pause);
		await("the clients are quiet " + when, StoredRows.SILENCE.multipliedBy(2),
				() -> this.writers.stream().allMatch(ClusterWriter::isQuiet));
		for (int server = 0; server < SERVERS; server++) {
			List<String> names = readAll(server, when);
			require(SeriesOrder.checkUnique(names));
			require(SeriesOrder.checkTimes(names, this.logs));
			require(SeriesOrder.compare(this.order, names));
			this.order = names;
		}
		this.writers.forEach(ClusterWriter::resume);
		say("checked " + when + ": " + this.order.size() + " series, " + sum((tally) -> tally.acknowledged)
				+ " puts acknowledged");
	}

	private List<String> readAll(int server, String when) {
		AtomicReference<List<String>> names = new AtomicReference<>(List.of());
		await("server " + server + " returns all series " + when, FAILOVER, () -> {
			names.set(this.reader.readAll(server));
			return !names.get().isEmpty();
		});
		return names.get();
	}

	private void require(String description) {
		if (!description.isEmpty()) {
			throw new Violation(description);
		}
	}

	private void note(Duration failover) {
		this.longestFailover = max(this.longestFailover, failover);
	}

	private static Duration max(Duration one, Duration other) {
		return (one.compareTo(other) > 0) ? one : other;
	}

	private Duration awaitProgress(String when, Duration limit) {
		return awaitProgress(when, limit, (tally) -> true);
	}

	// Puts are acknowledged and gets answered, by each server that is meant.
	private Duration awaitProgress(String when, Duration limit, Predicate<ClusterTally> meant) {
		long start = System.nanoTime();
		List<ClusterTally> those = this.tallies.stream().filter(meant).toList();
		List<Long> before = those.stream().map((tally) -> tally.acknowledged.sum()).toList();
		List<Long> readsBefore = those.stream().map((tally) -> tally.reads.sum()).toList();
		await("puts and gets go on " + when, limit, () -> {
			for (int i = 0; i < those.size(); i++) {
				if (those.get(i).acknowledged.sum() - before.get(i) < 100
						|| those.get(i).reads.sum() - readsBefore.get(i) < 5) {
					return false;
				}
			}
			return true;
		});
		return Duration.ofNanos(System.nanoTime() - start);
	}

	private void awaitGrowth(String what, Duration limit, Function<ClusterTally, LongAdder> counter) {
		List<Long> before = this.tallies.stream().map((tally) -> counter.apply(tally).sum()).toList();
		await(what, limit, () -> {
			for (int i = 0; i < SERVERS; i++) {
				if (counter.apply(this.tallies.get(i)).sum() == before.get(i)) {
					return false;
				}
			}
			return true;
		});
	}

	private void awaitReadiness(int status, Duration limit) {
		await("readiness is " + status, limit,
				() -> this.httpPorts.stream().allMatch((port) -> readiness(port) == status));
	}

	private void awaitConnections(String when, int nodes) {
		await("servers are connected with " + nodes + " nodes " + when, FAILOVER,
				() -> this.httpPorts.stream().allMatch((port) -> connectedNodes(port) == nodes));
	}

	private static int connectedNodes(int httpPort) {
		try {
			return JsonPath.<Integer>read(HttpAnswer.get(httpPort, "/actuator/health").body(),
					"$.components.storage.details.connectedNodes");
		}
		catch (UncheckedIOException ex) {
			return -1;
		}
	}

	private static int readiness(int httpPort) {
		try {
			return HttpAnswer.get(httpPort, "/actuator/health/readiness").status();
		}
		catch (UncheckedIOException ex) {
			return 0;
		}
	}

	// And meanwhile nothing else goes wrong.
	private void await(String what, Duration limit, BooleanSupplier condition) {
		long end = System.nanoTime() + limit.toNanos();
		while (!condition.getAsBoolean()) {
			require(this.violation.get());
			if (System.nanoTime() - end > 0) {
				throw new Violation("not so within " + limit + ": " + what);
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
		}
		require(this.violation.get());
	}

	private static void pause(Duration duration) {
		long end = System.nanoTime() + duration.toNanos();
		while (System.nanoTime() < end) {
			LockSupport.parkNanos(end - System.nanoTime());
		}
	}

	private void stopClients() {
		this.reader.stop();
		this.writers.forEach(ClusterWriter::stop);
	}

	// What tells most comes last, where it is seen even if the beginning is cut off.
	private String evidence(CassandraCluster cluster) {
		StringBuilder text = new StringBuilder(cluster.tail());
		for (int i = 0; i < this.servers.size(); i++) {
			text.append("\nserver ").append(i).append(":\n").append(this.servers.get(i).output());
		}
		for (int i = 0; i < this.servers.size(); i++) {
			text.append("server ").append(i).append(": ").append(health(this.httpPorts.get(i))).append('\n');
		}
		return text.toString();
	}

	private static String health(int httpPort) {
		try {
			return HttpAnswer.get(httpPort, "/actuator/health").body();
		}
		catch (UncheckedIOException ex) {
			return ex.toString();
		}
	}

	private void count(String fault) {
		this.faults.merge(fault, 1, Integer::sum);
	}

	private void say(String text) {
		System.out.printf("%tT %s%n", System.currentTimeMillis(), text);
	}

	private long sum(Function<ClusterTally, LongAdder> counter) {
		return this.tallies.stream().mapToLong((tally) -> counter.apply(tally).sum()).sum();
	}

	private String summary() {
		String wrong = this.violation.get();
		return String.format(
				"cluster suite: %d nodes killed, %d frozen, %d servers killed; %d puts acknowledged, %s; "
						+ "%d refused, %d without an answer; %d gets as they must be, %d refused, %d cut; "
						+ "%d series in one order; puts and gets went on after %.1f s at most with one node away, "
						+ "%.1f s after the second of three was back; --seed %d",
				this.faults.getOrDefault("nodes killed", 0), this.faults.getOrDefault("frozen", 0),
				this.faults.getOrDefault("servers killed", 0), sum((tally) -> tally.acknowledged),
				wrong.isEmpty() ? "all of them kept" : "VIOLATION: " + wrong, sum((tally) -> tally.refused),
				sum((tally) -> tally.unanswered), sum((tally) -> tally.reads), sum((tally) -> tally.refusedReads),
				sum((tally) -> tally.cutReads), this.order.size(), this.longestFailover.toMillis() / 1000.0,
				this.longestRecovery.toMillis() / 1000.0, this.seed);
	}

	/**
	 * What is done to a cluster.
	 */
	private enum Fault {

		NODES_KILLED_IN_TURN, NODE_FROZEN, SERVER_KILLED, TWO_NODES_KILLED

	}

	/**
	 * Something that must not be.
	 */
	private static final class Violation extends RuntimeException {

		Violation(String message) {
			super(message);
		}

	}

}
