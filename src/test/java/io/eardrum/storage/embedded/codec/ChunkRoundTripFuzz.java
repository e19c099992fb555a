package io.eardrum.storage.embedded.codec;

import java.util.Arrays;
import java.util.TreeMap;

import io.eardrum.fuzz.FuzzInput;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A target for the fuzzer: whatever points {@link ChunkEncoder} gets,
 * {@link ChunkDecoder} returns them bit by bit.
 */
public final class ChunkRoundTripFuzz {

	private static final int MAX_POINTS = 500;

	private ChunkRoundTripFuzz() {
	}

	/**
	 * Tries one input: two bytes of shape and then the points, regular ones in a byte
	 * each and others in up to 16.
	 * @param data the input
	 */
	public static void fuzzerTestOneInput(byte[] data) {
		FuzzInput input = new FuzzInput(data);
		int shape = input.nextByte();
		double power = Math.pow(10, input.nextByte() % 12);
		TreeMap<Long, Double> sorted = new TreeMap<>();
		long timestamp = 0;
		double value = 0;
		while (input.hasMore() && sorted.size() < MAX_POINTS) {
			timestamp = ((shape & 1) == 0) ? timestamp + 1 + input.nextByte() : input.nextLong();
			value = switch (shape >>> 1 & 3) {
				case 0 -> finite(Double.longBitsToDouble(input.nextLong()));
				case 1 -> (byte) input.nextByte() / power;
				case 2 -> Math.rint((double) (input.nextLong() >> (shape >>> 3))) / power;
				default -> finite(Math.nextAfter(value, input.nextByte() - 128));
			};
			sorted.put(timestamp, value);
		}
		PointColumns points = new PointColumns(1);
		sorted.forEach(points::add);
		if (!points.isEmpty()) {
			assertComesBack(points);
		}
	}

	private static double finite(double value) {
		return Double.isFinite(value) ? value : 0;
	}

	static void assertComesBack(PointColumns points) {
		ByteWriter writer = new ByteWriter(16);
		new ChunkEncoder().encode(points, 0, points.size(), writer);
		byte[] padded = Arrays.copyOf(writer.buffer(), writer.size() + ByteReader.SLACK);
		// What lies behind the chunk must not count.
		Arrays.fill(padded, writer.size(), padded.length, (byte) 0xA5);
		PointColumns decoded = new PointColumns(1);
		ChunkDecoder decoder = new ChunkDecoder();
		decoder.decode(padded, writer.size(), decoded);
		int size = points.size();
		assertThat(decoded.size()).isEqualTo(size);
		for (int i = 0; i < size; i++) {
			if (decoded.timestamps()[i] != points.timestamps()[i] || Double
				.doubleToRawLongBits(decoded.values()[i]) != Double.doubleToRawLongBits(points.values()[i])) {
				throw new AssertionError("point " + i + " of " + size + " came back as " + decoded.values()[i] + " at "
						+ decoded.timestamps()[i] + " instead of " + points.values()[i] + " at "
						+ points.timestamps()[i]);
			}
		}
		assertThat(decoder.count(padded, writer.size())).isEqualTo(size);
		assertThat(decoder.last(padded, writer.size())).isEqualTo(points.last());
	}

}
