package io.eardrum.storage.embedded;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.server.fixture.RunningServer;
import io.eardrum.storage.embedded.fixture.StoreFixture;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Starts a server on a store that an earlier version has left on the disk.
 */
class StoreFixtureIntegrationTests {

	@Test
	void serverAnswersWithTheSameBytesAsTheEarlierVersion(@TempDir Path directory) throws Exception {
		StoreFixture fixture = new StoreFixture(StoreFixture.FOLDER.resolve("0.1.0-85b3e6f").resolve("killed.zip"));
		Path store = directory.resolve("store");
		fixture.unpackTo(store);
		String expected = fixture.reply();
		try (RunningServer server = StoreFixtureWriter.start(store)) {
			assertThat(StoreFixtureWriter.exchange(server, "get *\n").equals(expected)).isTrue();
		}
	}

}
