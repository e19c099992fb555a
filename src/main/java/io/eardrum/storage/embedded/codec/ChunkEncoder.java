package io.eardrum.storage.embedded.codec;

/**
 * Compresses points into the bytes of a chunk, which {@link ChunkDecoder} reads.
 * <p>
 * Layout: one byte with the encoding of the values (low half) and the number of their
 * decimals (high half), the number of points, the first timestamp, and the distance to
 * the last timestamp; then the timestamps as differences of differences, so that regular
 * ones take no space; then the values. Values that are decimals of few digits, as most
 * gauges are, become integers, which are stored as differences to the previous one or to
 * the smallest one. Other values are stored as XOR with the previous one. The smallest of
 * the three encodings is used. All three result in small non-negative numbers, which are
 * packed in blocks of {@value #BLOCK} with as many bits as the largest of the block
 * needs. This decodes an order of magnitude faster than a code of variable length per
 * point.
 * <p>
 * Not safe for use by several threads at once.
 */
public final class ChunkEncoder {

	static final int BLOCK = 32;

	static final int DECIMAL_DELTA = 0;

	static final int DECIMAL_OFFSET = 1;

	static final int XOR = 2;

	static final int MAX_DECIMALS = 9;

	private static final double[] POWERS = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9 };

	/** Up to this number, every integer is a double. */
	private static final double MAX_INTEGER = 1L << 53;

	/**
	 * Wider numbers are stored with 64 bits, because a shift must leave room for 7 bits.
	 */
	private static final int MAX_PACKED_WIDTH = 56;

	private long[] decimals = new long[1024];

	private long[] deltas = new long[1024];

	static double power(int decimals) {
		return POWERS[decimals];
	}

	/**
	 * Appends a chunk.
	 * @param points where the points are
	 * @param from the index of the first one
	 * @param to the index behind the last one; greater than {@code from}
	 * @param target takes the bytes
	 */
	public void encode(PointColumns points, int from, int to, ByteWriter target) {
		int count = to - from;
		if (this.decimals.length < count) {
			this.decimals = new long[count];
			this.deltas = new long[count];
		}
		double[] values = points.values();
		int places = findDecimals(values, from, count);
		int encoding = XOR;
		long smallest = 0;
		if (places >= 0) {
			smallest = Long.MAX_VALUE;
			for (int i = 0; i < count; i++) {
				smallest = Math.min(smallest, this.decimals[i]);
			}
			encoding = chooseEncoding(values, from, count, smallest);
		}
		target.writeByte(encoding | (Math.max(places, 0) << 4));
		target.writeVarint(count);
		encodeTimestamps(points.timestamps(), from, count, target);
		switch (encoding) {
			case DECIMAL_DELTA -> {
				target.writeZigzag(this.decimals[0]);
				toDeltas(count);
				pack(this.deltas, count - 1, target);
			}
			case DECIMAL_OFFSET -> {
				target.writeZigzag(smallest);
				for (int i = 0; i < count; i++) {
					this.deltas[i] = this.decimals[i] - smallest;
				}
				pack(this.deltas, count, target);
			}
			default -> {
				target.writeLongLittleEndian(Double.doubleToRawLongBits(values[from]));
				toXors(values, from, count);
				packXors(count - 1, target);
			}
		}
	}

	private void encodeTimestamps(long[] timestamps, int from, int count, ByteWriter target) {
		target.writeZigzag(timestamps[from]);
		target.writeVarint(timestamps[from + count - 1] - timestamps[from]);
		if (count < 3) {
			return;
		}
		long previous = timestamps[from + 1] - timestamps[from];
		target.writeVarint(previous);
		for (int i = 2; i < count; i++) {
			long delta = timestamps[from + i] - timestamps[from + i - 1];
			this.deltas[i - 2] = ByteWriter.zigzag(delta - previous);
			previous = delta;
		}
		pack(this.deltas, count - 2, target);
	}

	// Finds the number of decimals with which all values are exactly integers. Returns
	// that number, or -1 if there is none.
	private int findDecimals(double[] values, int from, int count) {
		int places = 0;
		boolean complete = false;
		while (!complete) {
			complete = true;
			for (int i = 0; i < count; i++) {
				double value = values[from + i];
				double scaled = Math.rint(value * POWERS[places]);
				long integer = (long) scaled;
				// Compares bits, because -0.0 is not an integer.
				while (!(Math.abs(scaled) < MAX_INTEGER)
						|| Double.doubleToRawLongBits(integer / POWERS[places]) != Double.doubleToRawLongBits(value)) {
					if (++places > MAX_DECIMALS) {
						return -1;
					}
					complete = false;
					scaled = Math.rint(value * POWERS[places]);
					integer = (long) scaled;
				}
				this.decimals[i] = integer;
			}
		}
		return places;
	}

	private int chooseEncoding(double[] values, int from, int count, long smallest) {
		long deltaBits = 0;
		long offsetBits = 0;
		toDeltas(count);
		for (int start = 0; start < count; start += BLOCK) {
			int end = Math.min(start + BLOCK, count);
			long offsets = 0;
			long differences = 0;
			for (int i = start; i < end; i++) {
				offsets |= this.decimals[i] - smallest;
				differences |= (i < count - 1) ? this.deltas[i] : 0;
			}
			offsetBits += (long) width(offsets) * (end - start);
			deltaBits += (long) width(differences) * (end - start);
		}
		int best = (offsetBits < deltaBits) ? DECIMAL_OFFSET : DECIMAL_DELTA;
		// With decimals of a dozen digits and more, the XORed bits may take less space.
		if (Math.min(offsetBits, deltaBits) > 32L * count) {
			toXors(values, from, count);
			long xorBits = Long.SIZE;
			for (int start = 0; start < count - 1; start += BLOCK) {
				int end = Math.min(start + BLOCK, count - 1);
				long all = or(start, end);
				int used = (all != 0) ? Long.SIZE - Long.numberOfTrailingZeros(all) - Long.numberOfLeadingZeros(all)
						: 0;
				xorBits += (long) used * (end - start) + Byte.SIZE;
			}
			return (xorBits < Math.min(offsetBits, deltaBits)) ? XOR : best;
		}
		return best;
	}

	private void toDeltas(int count) {
		for (int i = 1; i < count; i++) {
			this.deltas[i - 1] = ByteWriter.zigzag(this.decimals[i] - this.decimals[i - 1]);
		}
	}

	private void toXors(double[] values, int from, int count) {
		for (int i = 1; i < count; i++) {
			this.deltas[i - 1] = Double.doubleToRawLongBits(values[from + i])
					^ Double.doubleToRawLongBits(values[from + i - 1]);
		}
	}

	private long or(int start, int end) {
		long all = 0;
		for (int i = start; i < end; i++) {
			all |= this.deltas[i];
		}
		return all;
	}

	private void packXors(int count, ByteWriter target) {
		for (int start = 0; start < count; start += BLOCK) {
			int end = Math.min(start + BLOCK, count);
			long all = or(start, end);
			int shift = (all != 0) ? Long.numberOfTrailingZeros(all) : 0;
			target.writeByte(shift);
			packBlock(this.deltas, start, end, shift, width(all >>> shift), target);
		}
	}

	private void pack(long[] numbers, int count, ByteWriter target) {
		for (int start = 0; start < count; start += BLOCK) {
			int end = Math.min(start + BLOCK, count);
			packBlock(numbers, start, end, 0, width(or(start, end)), target);
		}
	}

	private static int width(long all) {
		int width = Long.SIZE - Long.numberOfLeadingZeros(all);
		return (width > MAX_PACKED_WIDTH) ? Long.SIZE : width;
	}

	private static void packBlock(long[] numbers, int start, int end, int shift, int width, ByteWriter target) {
		target.writeByte(width);
		target.reserve(Long.BYTES * (end - start));
		if (width == 0) {
			return;
		}
		if (width == Long.SIZE) {
			for (int i = start; i < end; i++) {
				target.writeLowBytes(numbers[i] >>> shift, Long.BYTES);
			}
			return;
		}
		long bits = 0;
		int used = 0;
		for (int i = start; i < end; i++) {
			bits |= (numbers[i] >>> shift) << used;
			used += width;
			target.writeLowBytes(bits, used >>> 3);
			bits >>>= used & ~7;
			used &= 7;
		}
		target.writeLowBytes(bits, (used + 7) >>> 3);
	}

}
