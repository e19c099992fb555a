package io.eardrum.protocol;

/**
 * The words of one line, as offsets into its bytes, and the rules for a word that names a
 * series. It is filled again for each line, and used by one thread at a time.
 */
final class LineWords {

	private static final byte[] NOTHING = {};

	private final int maxKeyLength;

	private final int[] starts;

	private final int[] ends;

	private byte[] source = NOTHING;

	private int count;

	/**
	 * Creates room for words.
	 * @param capacity how many words are found at most; one more than the longest valid
	 * line has, so that a line with too many words is recognised
	 * @param maxKeyLength how many bytes a key may have
	 */
	LineWords(int capacity, int maxKeyLength) {
		this.starts = new int[capacity];
		this.ends = new int[capacity];
		this.maxKeyLength = maxKeyLength;
	}

	/**
	 * Finds the words of a line, up to the capacity.
	 * @param line the array that holds it
	 * @param from where it starts
	 * @param to the offset after it, without its line end
	 * @return how many words were found
	 */
	int split(byte[] line, int from, int to) {
		this.source = line;
		this.count = 0;
		int position = from;
		while (true) {
			while (position < to && isBlank(line[position])) {
				position++;
			}
			if (position == to || this.count == this.starts.length) {
				return this.count;
			}
			this.starts[this.count] = position;
			while (position < to && !isBlank(line[position])) {
				position++;
			}
			this.ends[this.count++] = position;
		}
	}

	// The parser lives as long as its connection, and must not keep the bytes that came
	// over it.
	void clear() {
		this.source = NOTHING;
		this.count = 0;
	}

	int count() {
		return this.count;
	}

	int start(int word) {
		return this.starts[word];
	}

	int end(int word) {
		return this.ends[word];
	}

	int length(int word) {
		return this.ends[word] - this.starts[word];
	}

	boolean is(int word, String expected) {
		int start = this.starts[word];
		if (length(word) != expected.length()) {
			return false;
		}
		for (int i = 0; i < expected.length(); i++) {
			if (this.source[start + i] != expected.charAt(i)) {
				return false;
			}
		}
		return true;
	}

	// Returns whether a word may name a series.
	boolean isKey(int word) {
		for (int i = this.starts[word]; i < this.ends[word]; i++) {
			if ((this.source[i] >= 0 && this.source[i] < ' ') || this.source[i] == 0x7F) {
				return false;
			}
		}
		return isAllowedKey(this.source, this.starts[word], length(word));
	}

	// Returns whether a word is a pattern: whether it has a character that stands for
	// others. One behind a backslash counts too, since only patterns have backslashes
	// that mean anything.
	boolean isPattern(int word) {
		for (int i = this.starts[word]; i < this.ends[word]; i++) {
			switch (this.source[i]) {
				case '*', '?', '[', '{' -> {
					return true;
				}
				default -> {
				}
			}
		}
		return false;
	}

	// Returns whether bytes without control characters may be a key.
	boolean isAllowedKey(byte[] bytes, int start, int length) {
		return length > 0 && length <= this.maxKeyLength && !(length == 1 && bytes[start] == '*');
	}

	// Returns whether a byte is printable ASCII. Keys with other bytes are left to the
	// general way of a parser.
	static boolean isPlainKeyByte(byte value) {
		return value > ' ' && value != 0x7F;
	}

	private static boolean isBlank(byte value) {
		return value == ' ' || value == '\t';
	}

}
