package io.eardrum.storage.embedded.codec;

import java.util.Arrays;

import io.eardrum.storage.embedded.fixture.AllocatedBytes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A target for the fuzzer: {@link ChunkDecoder} makes of any bytes either points, in
 * order and fit to be encoded again, or a {@link CorruptStoreException}; and it takes no
 * more memory than bytes that say so little can be worth.
 */
public final class ChunkDecoderFuzz {

	/** A chunk of points that are all alike has a byte for 32 of them. */
	private static final long MAX_BYTES_ALLOCATED_PER_BYTE = 32 * 3 * Long.BYTES * 2;

	private static final long MAX_BYTES_ALLOCATED_BESIDES = 1 << 18;

	private ChunkDecoderFuzz() {
	}

	/**
	 * Tries one input: the bytes of a chunk.
	 * @param data the input
	 */
	public static void fuzzerTestOneInput(byte[] data) {
		byte[] padded = Arrays.copyOf(data, data.length + ByteReader.SLACK);
		ChunkDecoder decoder = new ChunkDecoder();
		PointColumns points = new PointColumns(4);
		boolean[] decoded = new boolean[1];
		long most = MAX_BYTES_ALLOCATED_BESIDES + data.length * MAX_BYTES_ALLOCATED_PER_BYTE;
		long allocated = AllocatedBytes.by(() -> decoded[0] = tryToDecode(decoder, padded, data.length, points));
		if (allocated > most) {
			// Some of it may have been for classes that nobody had needed before.
			allocated = AllocatedBytes
				.by(() -> tryToDecode(new ChunkDecoder(), padded, data.length, new PointColumns(4)));
		}
		if (allocated > most) {
			throw new AssertionError(allocated + " bytes for a chunk of " + data.length);
		}
		if (!decoded[0]) {
			checkSummary(decoder, padded, data.length);
			return;
		}
		for (int i = 1; i < points.size(); i++) {
			if (points.timestamps()[i] <= points.timestamps()[i - 1]) {
				throw new AssertionError("point " + i + " is not behind the one before");
			}
		}
		for (int i = 0; i < points.size(); i++) {
			if (!Double.isFinite(points.values()[i])) {
				throw new AssertionError("point " + i + " is " + points.values()[i]);
			}
		}
		assertThat(decoder.count(padded, data.length)).isEqualTo(points.size());
		assertThat(decoder.last(padded, data.length)).isEqualTo(points.last());
		ChunkRoundTripFuzz.assertComesBack(points);
	}

	private static boolean tryToDecode(ChunkDecoder decoder, byte[] padded, int length, PointColumns target) {
		try {
			decoder.decode(padded, length, target);
			return true;
		}
		catch (CorruptStoreException ex) {
			return false;
		}
	}

	private static void checkSummary(ChunkDecoder decoder, byte[] padded, int length) {
		try {
			assertThat(decoder.count(padded, length)).isPositive();
			decoder.last(padded, length);
		}
		catch (CorruptStoreException ex) {
			// That is one of the two answers.
		}
	}

}
