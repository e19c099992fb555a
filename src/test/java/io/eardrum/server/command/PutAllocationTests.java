package io.eardrum.server.command;

import java.io.IOException;
import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.eardrum.protocol.fixture.PutFrames;
import io.eardrum.server.fixture.PutPath;
import io.eardrum.storage.embedded.TemporaryStore;
import io.eardrum.storage.memory.MemoryMetricRepository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a put leaves no garbage, from the bytes that were received to the store and
 * the bytes that are sent. What a frame costs as a whole is spread over its puts here; an
 * object for each of them would be 16 bytes.
 */
@Tag("optimized")
class PutAllocationTests {

	private static final int POINTS = 2000;

	private static final int FRAMES = 100;

	/** Half a byte a point. */
	private static final long MAX_BYTES = POINTS / 2;

	private static final int LARGE_ARRAY_BYTES = 1 << 20;

	private static final int HEAD_BYTES_PER_POINT = 24;

	private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	@Test
	void puttingIntoMemoryAllocatesNothingAPoint() throws IOException {
		PutPath path = new PutPath(new MemoryMetricRepository());
		byte[] frame = new PutFrames(POINTS, 0, 50).bytes();
		// Takes the room that the points and the buffers need.
		allocatedBy(path, frame);
		long allocated = 0;
		for (int i = 0; i < FRAMES; i++) {
			allocated += allocatedBy(path, frame);
		}
		assertThat(path.stored()).isEqualTo((FRAMES + 1L) * POINTS);
		assertThat(allocated / FRAMES).isLessThan(MAX_BYTES);
	}

	@Test
	void puttingOnDiskAllocatesNothingAPointButTheMemoryOfHeads() throws IOException {
		try (TemporaryStore store = new TemporaryStore()) {
			PutPath path = new PutPath(store.repository());
			PutFrames frames = new PutFrames(POINTS, 0, 1);
			long allocated = 0;
			int measured = 0;
			int arrays = 0;
			int frameCount = 0;
			while (measured < FRAMES) {
				long bytes = allocatedBy(path, frames.later());
				frameCount++;
				if (bytes >= LARGE_ARRAY_BYTES) {
					arrays++;
				}
				else if (frameCount > 10) {
					allocated += bytes;
					measured++;
				}
				assertThat(frameCount).isLessThan(10 * FRAMES);
			}
			// The memory of the heads comes in large arrays, and no more than are needed.
			assertThat(arrays)
				.isLessThanOrEqualTo(2 + (int) ((long) frameCount * POINTS * HEAD_BYTES_PER_POINT / LARGE_ARRAY_BYTES));
			assertThat(path.stored()).isEqualTo((long) frameCount * POINTS);
			assertThat(allocated / FRAMES).isLessThan(MAX_BYTES);
		}
	}

	private long allocatedBy(PutPath path, byte[] frame) throws IOException {
		long before = this.threads.getCurrentThreadAllocatedBytes();
		path.execute(frame);
		return this.threads.getCurrentThreadAllocatedBytes() - before;
	}

}
