package io.eardrum.storage.cassandra;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.fixture.EardrumProcess;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a server with another store pays nothing for the driver.
 */
class WithoutCassandraIntegrationTests {

	@TempDir
	Path directory;

	@Test
	void noClassOfTheDriverIsLoadedForAnotherStore() throws Exception {
		int port = EardrumProcess.freePort();
		Path log = this.directory.resolve("classes.log");
		Map<String, String> environment = Map.of("EARDRUM_STORAGE_TYPE", "embedded", "EARDRUM_STORAGE_PATH",
				this.directory.resolve("store").toString(), "EARDRUM_TCP_PORT", String.valueOf(port), "SERVER_PORT",
				"0");
		try (EardrumProcess process = EardrumProcess.start(environment, "-Xmx256m",
				"-Xlog:class+load=info:file=" + log)) {
			process.awaitListening(port);
			process.terminate();
			process.awaitExit(Duration.ofSeconds(30));
			// With blanks: newer JVMs have warnings of their own, on native libraries.
			assertThat(process.output()).doesNotContain(" WARN ", " ERROR ", "datastax");
		}
		List<String> loaded = Files.readAllLines(log);
		assertThat(loaded).as("the log has the classes").anyMatch((line) -> line.contains("org.rocksdb.RocksDB "));
		assertThat(loaded).noneMatch((line) -> line.contains(" com.datastax.") || line.contains(" io.netty.")
				|| line.contains(" com.typesafe.") || line.contains("CassandraMetricRepository"));
	}

}
