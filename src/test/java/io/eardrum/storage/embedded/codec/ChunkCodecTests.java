package io.eardrum.storage.embedded.codec;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongUnaryOperator;

import org.junit.jupiter.api.Test;

import io.eardrum.fixture.TestSeed;
import io.eardrum.storage.embedded.fixture.AllocatedBytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ChunkEncoder} and {@link ChunkDecoder}.
 */
class ChunkCodecTests {

	private static final double[] SPECIAL = { 0.0, -0.0, 1, -1, 0.1, -0.1, 1e300, -1e300, Double.MIN_VALUE,
			Double.MAX_VALUE, -Double.MAX_VALUE, 1L << 53, -(1L << 53), (1L << 53) - 1, 0.3, 0.1 + 0.2, 1e-9, 1e-10,
			123456789.12345679, 23.7 };

	private final ChunkEncoder encoder = new ChunkEncoder();

	private final ChunkDecoder decoder = new ChunkDecoder();

	@Test
	void anySinglePointComesBack() {
		for (double value : SPECIAL) {
			for (long timestamp : new long[] { 0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1503319740 }) {
				PointColumns points = new PointColumns(1);
				points.add(timestamp, value);
				assertComesBack(points);
			}
		}
	}

	@Test
	void timestampsAtBothEndsOfTheirRangeComeBack() {
		PointColumns points = new PointColumns(4);
		for (long timestamp : new long[] { Long.MIN_VALUE, -1, 0, Long.MAX_VALUE }) {
			points.add(timestamp, 1.5);
		}
		assertComesBack(points);
	}

	@Test
	void specialValuesComeBackBitByBit() {
		PointColumns points = new PointColumns(4);
		for (int i = 0; i < SPECIAL.length; i++) {
			points.add(i, SPECIAL[i]);
		}
		assertComesBack(points);
	}

	@Test
	void anythingComesBack() {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		for (int round = 0; round < 3000; round++) {
			PointColumns points = randomPoints(random);
			try {
				assertComesBack(points);
			}
			catch (AssertionError | RuntimeException ex) {
				throw new AssertionError("with -Deardrum.test.seed=" + seed, ex);
			}
		}
	}

	@Test
	void gaugeWithOneDecimalTakesLittleMoreThanAByte() {
		Random random = new Random(1);
		PointColumns points = new PointColumns(2048);
		double percent = 40;
		for (int i = 0; i < 2048; i++) {
			percent = Math.max(0, Math.min(100, percent + random.nextGaussian() * 3));
			points.add(1503319740 + 10L * i, Math.round(percent * 10) / 10.0);
		}
		assertThat(encode(points).length).isLessThan(2048 * 5 / 4);
	}

	@Test
	void constantTakesNextToNothing() {
		PointColumns points = new PointColumns(2048);
		for (int i = 0; i < 2048; i++) {
			points.add(60L * i, 42);
		}
		assertThat(encode(points).length).isLessThan(150);
	}

	@Test
	void counterTakesTheBitsOfItsDifferences() {
		Random random = new Random(3);
		long[] sum = { 1_000_000_000 };
		assertTakes(4, (i) -> sum[0] += random.nextInt(8));
	}

	@Test
	void noiseTakesTheBitsOfItsOffsets() {
		Random random = new Random(4);
		assertTakes(8, (i) -> 1000 + random.nextInt(256));
	}

	@Test
	void nineDecimalsTakeAsLittleAsNone() {
		Random random = new Random(5);
		assertTakes(8, (i) -> (1000 + random.nextInt(256)) / 1e9);
	}

	@Test
	void largeNumbersThatDifferInFewBitsTakeThese() {
		Random random = new Random(6);
		assertTakes(8, (i) -> (1L << 52) + ((long) random.nextInt(256) << 36));
	}

	@Test
	void largeNumbersThatDifferInAllDigitsTakeNoMoreThanTheirDigits() {
		Random random = new Random(7);
		assertTakes(48, (i) -> (random.nextLong() >>> 20) * 16 / 10.0);
	}

	@Test
	void damageIsToldFromData() {
		PointColumns points = randomPoints(new Random(2));
		byte[] bytes = encode(points);
		for (int length = 0; length < bytes.length; length++) {
			int cut = length;
			assertThatExceptionOfType(CorruptStoreException.class).isThrownBy(
					() -> this.decoder.decode(Arrays.copyOf(bytes, cut + ByteReader.SLACK), cut, new PointColumns(16)));
		}
	}

	@Test
	void chunkThatClaimsMorePointsThanItHasBytesForTakesNoMemory() {
		ByteWriter chunk = new ByteWriter(16);
		chunk.writeByte(ChunkEncoder.DECIMAL_DELTA);
		chunk.writeVarint(1 << 20);
		chunk.writeZigzag(0);
		long allocated = AllocatedBytes.by(() -> assertDamaged(chunk));
		assertThat(allocated).isLessThan(1 << 20);
	}

	@Test
	void timestampsThatDoNotAscendAreDamage() {
		for (long[] timestamps : new long[][] { { 5, 5 }, { 5, 4 }, { 1, 3, 3 }, { 1, 3, 2 }, { 1, 0, 2 }, { 1, 1, 2 },
				{ Long.MAX_VALUE, Long.MIN_VALUE, 0 } }) {
			PointColumns points = new PointColumns(3);
			for (long timestamp : timestamps) {
				points.add(timestamp, 1);
			}
			ByteWriter chunk = new ByteWriter(16);
			this.encoder.encode(points, 0, points.size(), chunk);
			assertDamaged(chunk);
		}
	}

	@Test
	void valuesThatAreNoNumbersAreDamage() {
		for (double value : new double[] { Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY }) {
			for (int count = 1; count < 4; count++) {
				PointColumns points = new PointColumns(3);
				for (int i = 0; i < count; i++) {
					points.add(i, (i == count - 1) ? value : 0.1);
				}
				ByteWriter chunk = new ByteWriter(16);
				this.encoder.encode(points, 0, count, chunk);
				assertDamaged(chunk);
			}
		}
	}

	@Test
	void unknownEncodingIsNamed() {
		byte[] chunk = new byte[16 + ByteReader.SLACK];
		chunk[0] = 0x13;
		chunk[1] = 1;
		assertThatExceptionOfType(CorruptStoreException.class)
			.isThrownBy(() -> this.decoder.decode(chunk, 16, new PointColumns(16)))
			.withMessage("a chunk has the unknown encoding 3");
	}

	// Points at regular times take the given bits each, and a few bytes a block.
	private void assertTakes(int bits, IntToDoubleFunction values) {
		PointColumns points = new PointColumns(2048);
		for (int i = 0; i < 2048; i++) {
			points.add(60L * i, values.applyAsDouble(i));
		}
		assertThat(encode(points).length).isLessThan(2048 * bits / 8 + 4 * (2048 / ChunkEncoder.BLOCK));
		assertComesBack(points);
	}

	private void assertDamaged(ByteWriter chunk) {
		byte[] padded = Arrays.copyOf(chunk.buffer(), chunk.size() + ByteReader.SLACK);
		assertThatExceptionOfType(CorruptStoreException.class)
			.isThrownBy(() -> this.decoder.decode(padded, chunk.size(), new PointColumns(16)));
	}

	private void assertComesBack(PointColumns points) {
		byte[] bytes = encode(points);
		byte[] padded = Arrays.copyOf(bytes, bytes.length + ByteReader.SLACK);
		PointColumns decoded = new PointColumns(1);
		this.decoder.decode(padded, bytes.length, decoded);
		assertThat(decoded.size()).isEqualTo(points.size());
		for (int i = 0; i < points.size(); i++) {
			assertThat(decoded.timestamps()[i]).isEqualTo(points.timestamps()[i]);
			assertThat(Double.doubleToRawLongBits(decoded.values()[i]))
				.isEqualTo(Double.doubleToRawLongBits(points.values()[i]));
		}
		assertThat(this.decoder.count(padded, bytes.length)).isEqualTo(points.size());
		assertThat(this.decoder.last(padded, bytes.length)).isEqualTo(points.last());
	}

	private byte[] encode(PointColumns points) {
		ByteWriter writer = new ByteWriter(16);
		this.encoder.encode(points, 0, points.size(), writer);
		return writer.toByteArray();
	}

	private static PointColumns randomPoints(Random random) {
		int size = 1 + random.nextInt((random.nextInt(4) == 0) ? 300 : 40);
		PointColumns points = new PointColumns(size);
		int bits = random.nextInt(50);
		LongUnaryOperator step = (previous) -> previous + 1 + (random.nextLong() >>> (63 - bits));
		double power = Math.pow(10, random.nextInt(12));
		int kind = random.nextInt(5);
		long timestamp = random.nextLong() >> 2;
		for (int i = 0; i < size; i++) {
			timestamp = step.applyAsLong(timestamp);
			points.add(timestamp, switch (kind) {
				case 0 -> Math.rint(random.nextGaussian() * 1000) / power;
				case 1 -> Double.longBitsToDouble(random.nextLong() & ~(1L << 62));
				case 2 -> (float) random.nextGaussian();
				case 3 -> SPECIAL[random.nextInt(SPECIAL.length)];
				default -> i;
			});
		}
		return points;
	}

}
