package io.eardrum.storage.embedded;

import java.util.Random;

/**
 * What is put into the stores that are kept as test data, the same every time: what is
 * rare in a store that somebody runs, and what its layout on the disk has a case for. For
 * one thread.
 */
@SuppressWarnings("FloatingPointLiteralPrecision")
final class StoreFixtureScript {

	private static final long START = 1_150_864_247L;

	private static final long SEED = 20_060_621L;

	/** Enough to make a checkpoint write in two batches, with what is random. */
	private static final int WIDE_SERIES = 260;

	private static final int WIDE_POINTS = 256;

	private final Random random = new Random(SEED);

	private final Target target;

	StoreFixtureScript(Target target) {
		this.target = target;
	}

	/**
	 * Three checkpoints, and a start in between: files that are sorted, full chunks, and
	 * chunks of several pieces.
	 */
	void writeChunks() {
		keys();
		extremes();
		run("long", START, 3000, 10);
		run("backwards", START + 3000, 300, -10);
		run("overwritten", START, 400, 60);
		this.target.commit();
		for (int i = 0; i < 20; i++) {
			run("few." + i, START + i, 10, 60);
		}
		irregular("irregular", 500);
		pieces();
		this.target.checkpoint();
		run("long", START + 30_000, 2500, 10);
		this.target.commit();
		run("backwards", START, 40, -10);
		run("overwritten", START, 100, 180);
		run("overwritten", START, 50, 180);
		this.target.put("second.epoch", START, 1.5);
		pieces();
		this.target.checkpoint();
		this.target.reopen();
		run("long", START + 5, 30, 200);
		run("long", START + 55_000, 60, 10);
		run("overwritten", START, 10, 60);
		extremes();
		pieces();
		this.target.checkpoint();
	}

	/**
	 * What stays in the log: late points, overwritten ones, and new series.
	 */
	void writeLog() {
		run("long", START + 55_600, 200, 10);
		run("long", START + 3, 20, 1000);
		run("overwritten", START, 5, 60);
		this.target.commit();
		run("overwritten", START, 3, 60);
		run("backwards", START - 400, 40, -10);
		pieces();
		this.target.put("only.in.the.log", START, 0.1);
		this.target.put("\u00fc", -1, -0.0);
		run("log", START, 700, 1);
		irregular("irregular", 100);
		this.target.put("few.3", Long.MIN_VALUE, 5e-324);
		this.target.put("few.4", Long.MAX_VALUE, 1e23);
		this.target.commit();
	}

	/**
	 * Many points that no codec makes smaller, but an archive does, for they come over
	 * and over again.
	 */
	void writeWide() {
		for (int i = 0; i < WIDE_SERIES; i++) {
			Random same = new Random(SEED);
			for (int j = 0; j < WIDE_POINTS; j++) {
				this.target.put("wide." + i, same.nextLong(), finite(same));
			}
			this.target.commit();
		}
	}

	/**
	 * Points of which some are older than they are kept.
	 * @param now the present time, in seconds since 1970
	 */
	void writeOld(long now) {
		run("old.long", now - 60_000, 6500, 10);
		run("old.short", now - 9000, 50, 10);
		run("old.pieces", now - 9000, 50, 10);
		this.target.commit();
		this.target.checkpoint();
		run("old.pieces", now - 8000, 50, 10);
		run("old.long", now - 50_000, 100, 7);
		this.target.commit();
		this.target.checkpoint();
	}

	private void keys() {
		this.target.put("k", START, 1.0);
		this.target.put("l".repeat(512), START, 2.0);
		this.target.put("\u30ad".repeat(170) + "ab", START, 3.0);
		this.target.put("gr\u00f6\u00dfe.\u043a\u043b\u044e\u0447.\ud83d\udc42", START, 4.0);
		this.target.put("a\u0085b\u00a0c\u2028d\ufeff", START, 5.0);
		this.target.put("**", START, 6.0);
		this.target.put("one.point", 0, 123456789.125);
		this.target.commit();
	}

	private void extremes() {
		double[] values = { -0.0, 5e-324, Double.MAX_VALUE, 1e23, 0.0, -Double.MAX_VALUE, Double.MIN_NORMAL, 0.1, 1e16,
				-5e-324, 1e-5 };
		long[] timestamps = { 0, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1, Long.MIN_VALUE + 1, Long.MAX_VALUE - 1, START,
				1L << 32, -(1L << 32), 1L << 53 };
		int turn = this.random.nextInt(values.length);
		for (int i = 0; i < timestamps.length; i++) {
			this.target.put("extremes", timestamps[i], values[(i + turn) % values.length]);
		}
		this.target.put("lowest", Long.MIN_VALUE, values[turn]);
		this.target.put("highest", Long.MAX_VALUE, values[turn]);
		this.target.commit();
	}

	private void pieces() {
		long start = START + this.random.nextInt(50);
		run("pieces", start, 40, 5);
		run("pieces", start, 3, 5);
		this.target.commit();
	}

	private void irregular(String key, int count) {
		for (int i = 0; i < count; i++) {
			this.target.put(key, this.random.nextLong() >> this.random.nextInt(Long.SIZE), finite(this.random));
		}
		this.target.commit();
	}

	// Values as they are measured: of one decimal, whole numbers, and some that stay.
	private void run(String key, long start, int count, int step) {
		double value = this.random.nextInt(1000);
		for (int i = 0; i < count; i++) {
			if (this.random.nextInt(3) > 0) {
				value = (this.random.nextInt(4) > 0) ? this.random.nextInt(1000) / 10.0 : this.random.nextInt(100_000);
			}
			this.target.put(key, start + (long) i * step, value);
		}
	}

	private static double finite(Random random) {
		double value = Double.longBitsToDouble(random.nextLong());
		return Double.isFinite(value) ? value : 0.5;
	}

	/**
	 * Takes what is put.
	 */
	interface Target {

		void put(String key, long timestamp, double value);

		/** Ends a batch: what was put is stored. */
		void commit();

		void checkpoint();

		void reopen();

	}

}
