package io.eardrum.web.api;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

import io.eardrum.budget.RequestBudget;
import io.eardrum.metric.SeriesKey;

/**
 * Finds the keys that contain all of some texts, in capitals or not. Keys of ASCII only,
 * which are nearly all, are compared as bytes, and nothing is allocated for them. Used by
 * one thread.
 */
final class ContainedText implements Predicate<SeriesKey> {

	/** The work that it takes to turn a byte of a key into text. */
	private static final int TEXT_WORK = 4;

	private static final VarHandle EIGHT_BYTES = MethodHandles.byteArrayViewVarHandle(long[].class,
			ByteOrder.LITTLE_ENDIAN);

	private static final long EACH_BYTE = 0x0101_0101_0101_0101L;

	private static final long HIGHEST_BITS = 0x8080_8080_8080_8080L;

	private static final long FROM_A = (0x80 - 'A') * EACH_BYTE;

	private static final long AFTER_Z = (0x80 - 'Z' - 1) * EACH_BYTE;

	private final List<String> texts;

	/** The texts of ASCII only; an empty array stands for any other. */
	private final byte[][] ascii;

	private final RequestBudget budget;

	private byte[] key = new byte[512];

	/**
	 * Creates a condition.
	 * @param texts the texts, none of them empty
	 * @param budget counts the work
	 */
	ContainedText(List<String> texts, RequestBudget budget) {
		this.texts = texts.stream().map((text) -> text.toLowerCase(Locale.ROOT)).toList();
		this.ascii = this.texts.stream().map(ContainedText::ascii).toArray(byte[][]::new);
		this.budget = budget;
	}

	private static byte[] ascii(String text) {
		boolean only = text.chars().allMatch((character) -> character < 128);
		return only ? text.getBytes(StandardCharsets.US_ASCII) : new byte[0];
	}

	@Override
	public boolean test(SeriesKey tested) {
		int length = tested.length();
		if (length + Long.BYTES > this.key.length) {
			this.key = new byte[length + Long.BYTES];
		}
		tested.copyTo(this.key, 0);
		return toLowerCase(length) ? containsAscii(length) : containsText(tested);
	}

	// Returns whether the key is ASCII only. Other characters may have ASCII ones in
	// lower
	// case. Takes eight bytes at a time: the sums carry into the highest bit of each byte
	// from A on, and of each byte after Z.
	private boolean toLowerCase(int length) {
		byte[] bytes = this.key;
		Arrays.fill(bytes, length, length + Long.BYTES, (byte) 0);
		long all = 0;
		for (int i = 0; i < length; i += Long.BYTES) {
			long eight = (long) EIGHT_BYTES.get(bytes, i);
			all |= eight;
			long low = eight & ~HIGHEST_BITS;
			long capitals = (low + FROM_A ^ low + AFTER_Z) & HIGHEST_BITS;
			EIGHT_BYTES.set(bytes, i, eight | capitals >>> 2);
		}
		return (all & HIGHEST_BITS) == 0;
	}

	private boolean containsAscii(int length) {
		for (byte[] text : this.ascii) {
			// Each place may have to be compared with most of the text.
			this.budget.work((long) length * (1 + Math.min(text.length, length) / TEXT_WORK));
			if (text.length == 0 || !contains(length, text)) {
				return false;
			}
		}
		return true;
	}

	private boolean contains(int length, byte[] text) {
		byte[] bytes = this.key;
		byte first = text[0];
		int last = length - text.length;
		for (int from = 0; from <= last; from++) {
			if (bytes[from] == first) {
				int next = 1;
				while (next < text.length && bytes[from + next] == text[next]) {
					next++;
				}
				if (next == text.length) {
					return true;
				}
			}
		}
		return false;
	}

	private boolean containsText(SeriesKey tested) {
		this.budget.work((long) tested.length() * TEXT_WORK);
		String text = tested.toString().toLowerCase(Locale.ROOT);
		for (String sought : this.texts) {
			this.budget.work((long) tested.length() * (Math.min(sought.length(), tested.length()) / TEXT_WORK));
			if (!text.contains(sought)) {
				return false;
			}
		}
		return true;
	}

}
