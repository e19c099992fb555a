package io.eardrum.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

import io.eardrum.protocol.number.NumberWriter;

/**
 * The bytes of a frame of puts, which can be sent again and again with later timestamps.
 * Not safe for several threads.
 */
public final class PutFrames {

	/** Ten digits, and it stays at that for the next two centuries. */
	private static final long START = 1_150_864_247L;

	private final byte[] bytes;

	private final int[] timestampOffsets;

	private long timestamp = START;

	/**
	 * Makes a frame.
	 * @param points how many puts it has
	 * @param firstSeries the number of the series of the first one
	 * @param series how many series there are; puts go to them in turn
	 */
	public PutFrames(int points, int firstSeries, int series) {
		ByteArrayOutputStream target = new ByteArrayOutputStream();
		this.timestampOffsets = new int[points];
		for (int i = 0; i < points; i++) {
			int number = firstSeries + i % series;
			String start = String.format("put palm.host%05d.cpu.user %d.%d ", number, i * 7 % 100, i % 10);
			target.writeBytes(start.getBytes(StandardCharsets.US_ASCII));
			this.timestampOffsets[i] = target.size();
			target.writeBytes((START + "\n").getBytes(StandardCharsets.US_ASCII));
		}
		this.bytes = target.toByteArray();
	}

	/**
	 * Returns the frame.
	 * @return the array itself
	 */
	public byte[] bytes() {
		return this.bytes;
	}

	/**
	 * Gives all puts a timestamp that is one second later.
	 * @return the frame
	 */
	public byte[] later() {
		this.timestamp++;
		for (int offset : this.timestampOffsets) {
			NumberWriter.writeTimestamp(this.timestamp, this.bytes, offset);
		}
		return this.bytes;
	}

}
