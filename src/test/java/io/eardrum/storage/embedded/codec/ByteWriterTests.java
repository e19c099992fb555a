package io.eardrum.storage.embedded.codec;

import java.util.Arrays;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ByteWriter}.
 */
class ByteWriterTests {

	@Test
	void bufferGrowsUnderWhateverIsWritten() {
		ByteWriter writer = new ByteWriter(0);
		for (int i = 0; i < 40; i++) {
			writer.writeByte(i);
		}
		for (int i = 0; i < 40; i++) {
			writer.writeLongBigEndian(0x0102_0304_0506_0708L);
		}
		for (int i = 0; i < 40; i++) {
			writer.writeLongLittleEndian(0x0102_0304_0506_0708L);
		}
		byte[] written = writer.toByteArray();
		assertThat(written).hasSize(40 * 17);
		assertThat(Arrays.copyOf(written, 3)).containsExactly(0, 1, 2);
		assertThat(Arrays.copyOfRange(written, 40, 48)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
		assertThat(Arrays.copyOfRange(written, 680 - 8, 680)).containsExactly(8, 7, 6, 5, 4, 3, 2, 1);
	}

	@Test
	void memoryIsGivenBackBeyondALimitOnly() {
		ByteWriter writer = new ByteWriter(16);
		writer.writeBytes(new byte[1000], 0, 1000);
		byte[] grown = writer.buffer();
		writer.clear(2000);
		assertThat(writer.size()).isZero();
		assertThat(writer.buffer()).isSameAs(grown);
		writer.clear(100);
		assertThat(writer.buffer().length).isBetween(100, 200);
	}

}
