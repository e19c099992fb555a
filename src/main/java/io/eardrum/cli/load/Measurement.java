package io.eardrum.cli.load;

/**
 * Measures what one connection does between two moments. Only points that are
 * acknowledged between them count.
 */
final class Measurement {

	private final long startNanos;

	private final long endNanos;

	private final RoundTrips roundTrips = new RoundTrips();

	private long points;

	private long pointsInAll;

	/**
	 * Prepares for a measurement.
	 * @param startNanos when to start counting, as {@link System#nanoTime()} gives it
	 * @param endNanos when to stop
	 */
	Measurement(long startNanos, long endNanos) {
		this.startNanos = startNanos;
		this.endNanos = endNanos;
	}

	boolean isOver(long nowNanos) {
		return nowNanos - this.endNanos >= 0;
	}

	void acknowledged(int count, long nowNanos) {
		this.pointsInAll += count;
		if (includes(nowNanos)) {
			this.points += count;
		}
	}

	void roundTrip(long sentNanos, long nowNanos) {
		if (includes(nowNanos)) {
			this.roundTrips.record(nowNanos - sentNanos);
		}
	}

	private boolean includes(long nowNanos) {
		return nowNanos - this.startNanos >= 0 && !isOver(nowNanos);
	}

	void add(Measurement other) {
		this.points += other.points;
		this.pointsInAll += other.pointsInAll;
		this.roundTrips.add(other.roundTrips);
	}

	long points() {
		return this.points;
	}

	/**
	 * Returns how many points were acknowledged, including those before and after the
	 * measurement.
	 * @return the number of points
	 */
	long pointsInAll() {
		return this.pointsInAll;
	}

	RoundTrips roundTrips() {
		return this.roundTrips;
	}

}
