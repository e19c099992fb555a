package io.eardrum.metric;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * The hash of a key's bytes, by which series are found. It has a new seed in every
 * process, so that a client can't send keys that were chosen to collide. Therefore it
 * must never be stored.
 * <p>
 * Each step takes eight bytes: it multiplies, and then folds the high bits into the low
 * ones.
 */
final class KeyHash {

	private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

	private static final long SEED = new SecureRandom().nextLong();

	private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

	private KeyHash() {
	}

	static int of(byte[] bytes, int offset, int length) {
		long hash = SEED ^ (length * MULTIPLIER);
		int end = offset + length;
		int position = offset;
		for (; position + Long.BYTES <= end; position += Long.BYTES) {
			hash = mix(hash ^ (long) LONG.get(bytes, position));
		}
		long rest = 0;
		for (; position < end; position++) {
			rest = (rest << Byte.SIZE) | (bytes[position] & 0xFF);
		}
		hash = mix(hash ^ rest);
		return (int) (hash ^ (hash >>> Integer.SIZE));
	}

	private static long mix(long value) {
		long product = value * MULTIPLIER;
		long folded = (product ^ (product >>> 32)) * 0xD6E8FEB86659FD93L;
		return folded ^ (folded >>> 29);
	}

}
