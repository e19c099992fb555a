package io.eardrum.storage.embedded;

import java.nio.file.Path;
import java.time.Clock;

import org.junit.jupiter.api.io.TempDir;

import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.MetricRepositoryContract;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;

/**
 * Tests for {@link RocksDbMetricRepository}.
 */
class RocksDbMetricRepositoryTests extends MetricRepositoryContract {

	@TempDir
	Path directory;

	@Override
	protected MetricRepository open() {
		return new RocksDbMetricRepository(settings(), Clock.systemUTC());
	}

	@Override
	protected MetricRepository reopen(MetricRepository repository) {
		((RocksDbMetricRepository) repository).close();
		return open();
	}

	private EmbeddedStorageSettings settings() {
		// Little memory, so that checkpoints come often.
		return EmbeddedStorageSettings.of(this.directory.resolve("store"))
			.withHeadBytes(1 << 20)
			.withFsync(Fsync.EVERYSEC);
	}

}
