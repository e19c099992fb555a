package io.eardrum.storage.embedded.codec;

/**
 * Reads the bytes of a chunk that a {@link ChunkEncoder} wrote.
 * <p>
 * Not safe for use by several threads at once. Throws a {@link CorruptStoreException} if
 * the bytes are not a valid chunk.
 */
public final class ChunkDecoder {

	/**
	 * More points than any chunk has. A larger number is damage, and no memory is
	 * allocated for it.
	 */
	private static final int MAX_POINTS = 1 << 20;

	/** The bits that are all set in an infinite value and in NaN. */
	private static final long INFINITE = 0x7FF0_0000_0000_0000L;

	private final ByteReader reader = new ByteReader();

	private long[] numbers = new long[1024];

	/**
	 * Returns how many points a chunk has.
	 * @param chunk its bytes, and {@link ByteReader#SLACK} more
	 * @param length the number of bytes
	 * @return the number of points
	 */
	public int count(byte[] chunk, int length) {
		this.reader.reset(chunk, length);
		this.reader.readByte();
		return readCount();
	}

	/**
	 * Returns the last timestamp of a chunk.
	 * @param chunk its bytes, and {@link ByteReader#SLACK} more
	 * @param length the number of bytes
	 * @return the timestamp
	 */
	public long last(byte[] chunk, int length) {
		this.reader.reset(chunk, length);
		this.reader.readByte();
		readCount();
		long first = this.reader.readZigzag();
		return first + this.reader.readVarint();
	}

	/**
	 * Appends the points of a chunk.
	 * @param chunk its bytes, and {@link ByteReader#SLACK} more
	 * @param length the number of bytes
	 * @param target takes the points
	 */
	public void decode(byte[] chunk, int length, PointColumns target) {
		ByteReader source = this.reader;
		source.reset(chunk, length);
		int format = source.readByte();
		int count = readCount();
		int places = format >>> 4;
		if (this.numbers.length < count) {
			this.numbers = new long[count];
		}
		int from = target.size();
		target.extend(count);
		decodeTimestamps(target.timestamps(), from, count);
		double[] values = target.values();
		if (places > ChunkEncoder.MAX_DECIMALS) {
			throw new CorruptStoreException("a chunk has " + places + " decimals");
		}
		switch (format & 0xF) {
			case ChunkEncoder.DECIMAL_DELTA -> decodeDeltas(values, from, count, ChunkEncoder.power(places));
			case ChunkEncoder.DECIMAL_OFFSET -> decodeOffsets(values, from, count, ChunkEncoder.power(places));
			case ChunkEncoder.XOR -> decodeXors(values, from, count);
			default -> throw new CorruptStoreException("a chunk has the unknown encoding " + (format & 0xF));
		}
		if (source.remaining() != 0) {
			throw new CorruptStoreException("a chunk has " + source.remaining() + " bytes too many");
		}
	}

	private int readCount() {
		long count = this.reader.readVarint();
		// There is at least one byte for each block of points after the first two.
		long most = Math.min(MAX_POINTS, 2 + (long) ChunkEncoder.BLOCK * this.reader.remaining());
		if (count < 1 || count > most) {
			throw new CorruptStoreException("a chunk has " + count + " points");
		}
		return (int) count;
	}

	private void decodeTimestamps(long[] timestamps, int from, int count) {
		long timestamp = this.reader.readZigzag();
		long distance = this.reader.readVarint();
		long last = timestamp + distance;
		timestamps[from] = timestamp;
		timestamps[from + count - 1] = last;
		boolean ascending = (count == 1) ? distance == 0 : last > timestamp;
		if (count > 2) {
			long delta = this.reader.readVarint();
			ascending &= timestamp + delta > timestamp;
			timestamp += delta;
			timestamps[from + 1] = timestamp;
			unpack(count - 2);
			for (int i = 2; i < count; i++) {
				delta += ByteReader.unzigzag(this.numbers[i - 2]);
				ascending &= timestamp + delta > timestamp;
				timestamp += delta;
				timestamps[from + i] = timestamp;
			}
			ascending &= timestamp == last;
		}
		if (!ascending) {
			throw new CorruptStoreException("a chunk has timestamps that don't ascend");
		}
	}

	private void decodeDeltas(double[] values, int from, int count, double power) {
		long integer = this.reader.readZigzag();
		unpack(count - 1);
		values[from] = integer / power;
		for (int i = 1; i < count; i++) {
			integer += ByteReader.unzigzag(this.numbers[i - 1]);
			values[from + i] = integer / power;
		}
	}

	private void decodeOffsets(double[] values, int from, int count, double power) {
		long smallest = this.reader.readZigzag();
		unpack(count);
		for (int i = 0; i < count; i++) {
			values[from + i] = (smallest + this.numbers[i]) / power;
		}
	}

	private void decodeXors(double[] values, int from, int count) {
		long bits = this.reader.readLongLittleEndian();
		boolean finite = isFinite(bits);
		values[from] = Double.longBitsToDouble(bits);
		for (int start = 1; start < count; start += ChunkEncoder.BLOCK) {
			int length = Math.min(ChunkEncoder.BLOCK, count - start);
			int shift = this.reader.readByte();
			this.reader.readBits(readWidth(), this.numbers, 0, length);
			for (int i = 0; i < length; i++) {
				bits ^= this.numbers[i] << shift;
				finite &= isFinite(bits);
				values[from + start + i] = Double.longBitsToDouble(bits);
			}
		}
		if (!finite) {
			throw new CorruptStoreException("a chunk has a value that is not a number");
		}
	}

	private static boolean isFinite(long bits) {
		return (~bits & INFINITE) != 0;
	}

	private void unpack(int count) {
		for (int start = 0; start < count; start += ChunkEncoder.BLOCK) {
			this.reader.readBits(readWidth(), this.numbers, start, Math.min(ChunkEncoder.BLOCK, count - start));
		}
	}

	private int readWidth() {
		int width = this.reader.readByte();
		if (width > Long.SIZE) {
			throw new CorruptStoreException("a chunk has numbers of " + width + " bits");
		}
		return width;
	}

}
