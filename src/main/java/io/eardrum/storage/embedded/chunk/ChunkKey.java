package io.eardrum.storage.embedded.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The key of a piece of a chunk: the number of the series, the timestamp at which the
 * chunk starts, and the number of the piece. A chunk reaches to where the next one
 * starts. It is the union of its pieces; where several pieces have the same timestamp,
 * the one with the highest number counts. All numbers have their highest byte first, and
 * the sign bit of the timestamp is inverted, so that keys sort as points do.
 */
public final class ChunkKey {

	/** The length of a key in bytes. */
	public static final int BYTES = Integer.BYTES + Long.BYTES + Short.BYTES;

	static final int LAST_PIECE = 0xFFFF;

	private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

	private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

	private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

	private ChunkKey() {
	}

	/**
	 * Writes a key.
	 * @param target takes the bytes
	 * @param series the number of the series
	 * @param start the timestamp at which the chunk starts
	 * @param piece the number of the piece, 0 to {@link #LAST_PIECE}
	 * @return the same array
	 */
	public static byte[] write(byte[] target, int series, long start, int piece) {
		INT.set(target, 0, series);
		LONG.set(target, Integer.BYTES, start ^ Long.MIN_VALUE);
		SHORT.set(target, Integer.BYTES + Long.BYTES, (short) piece);
		return target;
	}

	public static int series(byte[] key) {
		return (int) INT.get(key, 0);
	}

	public static long start(byte[] key) {
		return (long) LONG.get(key, Integer.BYTES) ^ Long.MIN_VALUE;
	}

	static int piece(byte[] key) {
		return (short) SHORT.get(key, Integer.BYTES + Long.BYTES) & 0xFFFF;
	}

}
