package io.eardrum.server.command;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.eardrum.server.fixture.PutPath;
import io.eardrum.storage.embedded.TemporaryStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a get of a short series allocates no more than a few objects: a key, and
 * what calls take. A buffer for it would be some kilobytes.
 */
@Tag("optimized")
class GetAllocationTests {

	private static final int SERIES = 500;

	private static final int FRAMES = 200;

	private static final long MAX_BYTES = 200;

	/** A cursor of RocksDB, and what decodes one chunk. */
	private static final long MAX_BYTES_WITH_CHUNKS = 1000;

	private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	@Test
	void gettingAPointInMemoryAllocatesNoBuffer() throws IOException {
		try (TemporaryStore store = new TemporaryStore()) {
			PutPath path = new PutPath(store.repository());
			path.execute(puts(1));
			assertThat(allocatedPerGet(path)).isLessThan(MAX_BYTES);
		}
	}

	@Test
	void gettingPointsInMemoryAllocatesNoBuffer() throws IOException {
		try (TemporaryStore store = new TemporaryStore()) {
			PutPath path = new PutPath(store.repository());
			for (int timestamp = 1; timestamp <= 60; timestamp++) {
				path.execute(puts(timestamp));
			}
			assertThat(allocatedPerGet(path)).isLessThan(MAX_BYTES);
		}
	}

	@Test
	void gettingPointsInChunksAllocatesNoBuffer() throws IOException {
		try (TemporaryStore store = new TemporaryStore()) {
			PutPath path = new PutPath(store.repository());
			for (int timestamp = 1; timestamp <= 60; timestamp++) {
				path.execute(puts(timestamp));
			}
			store.moveToChunks();
			assertThat(allocatedPerGet(new PutPath(store.repository()))).isLessThan(MAX_BYTES_WITH_CHUNKS);
		}
	}

	private long allocatedPerGet(PutPath path) throws IOException {
		byte[] gets = gets();
		for (int i = 0; i < FRAMES; i++) {
			path.execute(gets);
		}
		long returned = path.returned();
		assertThat(returned).isPositive();
		long before = this.threads.getCurrentThreadAllocatedBytes();
		for (int i = 0; i < FRAMES; i++) {
			path.execute(gets);
		}
		long allocated = this.threads.getCurrentThreadAllocatedBytes() - before;
		assertThat(path.returned()).isEqualTo(2 * returned);
		return allocated / FRAMES / SERIES;
	}

	private static byte[] puts(int timestamp) {
		StringBuilder lines = new StringBuilder();
		for (int i = 0; i < SERIES; i++) {
			lines.append("put host.").append(i).append(".load 1.5 ").append(timestamp).append('\n');
		}
		return lines.toString().getBytes(StandardCharsets.US_ASCII);
	}

	private static byte[] gets() {
		StringBuilder lines = new StringBuilder();
		for (int i = 0; i < SERIES; i++) {
			lines.append("get host.").append(i).append(".load\n");
		}
		return lines.toString().getBytes(StandardCharsets.US_ASCII);
	}

}
