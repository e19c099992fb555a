package io.eardrum.suite.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.eardrum.storage.cassandra.fixture.CassandraCluster;

/**
 * All that needs a real Cassandra, one thing after the other: the tests with the tag
 * {@code cassandra}, and then the {@link ClusterSuite}, whose options it takes. A program
 * of its own, which ends with 1 if one of them fails.
 * <p>
 * The tests run in two JVMs that share one node; each class has a keyspace of its own,
 * and the one that needs certificates and passwords a node of its own. The suite has
 * three others: they write their commit logs before they answer, which would make the
 * tests slow, and start side by side in no more time than two that join one.
 */
public final class CassandraCheck {

	private static final Duration LIMIT = Duration.ofMinutes(5);

	private CassandraCheck() {
	}

	public static void main(String[] arguments) throws Exception {
		// Wrong options are said before anything has run.
		ClusterSuite suite = ClusterSuite.of(arguments);
		long start = System.nanoTime();
		boolean tested = test(suite.seed());
		long middle = System.nanoTime();
		boolean passed = suite.run();
		System.out.printf("cassandra: tests %s after %d s, suite %s after %d s more%n", word(tested),
				TimeUnit.NANOSECONDS.toSeconds(middle - start), word(passed),
				TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - middle));
		System.exit((tested && passed) ? 0 : 1);
	}

	private static String word(boolean passed) {
		return passed ? "passed" : "FAILED";
	}

	private static boolean test(long seed) throws IOException, InterruptedException {
		// It starts while Maven does; the tests wait for it.
		try (CassandraCluster cluster = CassandraCluster.launch(1, CassandraCluster.SMALL, CassandraCluster.PATIENT)) {
			Process maven = maven(cluster.contactPoints().get(0).getPort(), seed);
			Runtime.getRuntime().addShutdownHook(new Thread(() -> end(maven)));
			boolean ended = maven.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
			if (!ended) {
				System.out.println("the tests are not done after " + LIMIT);
				end(maven);
			}
			boolean passed = ended && maven.exitValue() == 0;
			if (!passed) {
				System.out.println(cluster.tail());
			}
			return passed;
		}
	}

	private static Process maven(int port, long seed) throws IOException {
		List<String> command = List.of(Path.of("mvnw").toAbsolutePath().toString(), "-B", "-ntp", "-P", "cassandra",
				"failsafe:integration-test", "failsafe:verify", "-Dgroups=cassandra",
				"-Deardrum.cassandra.port=" + port, "-Deardrum.test.seed=" + seed, "-DforkCount=2",
				"-Dfailsafe.runOrder=alphabetical", "-Dtest.jvm.arguments=-Xmx512m -XX:+ExitOnOutOfMemoryError",
				// Two at a time are enough for one node.
				"-Djunit.jupiter.execution.parallel.enabled=false");
		return new ProcessBuilder(command).inheritIO().redirectInput(new File("/dev/null")).start();
	}

	private static void end(Process process) {
		process.descendants().forEach(ProcessHandle::destroyForcibly);
		process.destroyForcibly();
	}

}
