package io.eardrum.cli.transfer;

import java.io.IOException;
import java.io.InputStream;

import org.jspecify.annotations.Nullable;

import io.eardrum.protocol.PlaintextParser;

/**
 * Finds the text in what is imported, by its first bytes and not by its name. It unpacks
 * gzip data, drops a byte order mark of UTF-8, and refuses formats that it can't read by
 * their names.
 */
final class TextInput {

	/** Stands for any byte. */
	private static final int ANY = 0xFFFF;

	/** Stands for any byte but NUL, which no line of text has. */
	private static final int NO_NUL = 0xFFFE;

	private TextInput() {
	}

	/**
	 * Finds the text.
	 * @param bytes the content
	 * @param namedGzip whether its name says that it is compressed
	 * @return the text
	 * @throws IOException if reading fails, or if there is no text; the message says why
	 */
	static InputStream open(InputStream bytes, boolean namedGzip) throws IOException {
		PeekingInputStream packed = new PeekingInputStream(bytes);
		FileFormat format = FileFormat.of(packed);
		if (format != FileFormat.GZIP) {
			if (namedGzip && format.problem() == null) {
				throw new IOException((packed.peek(0) < 0) ? "it is empty, and therefore not a gzip file"
						: "its name ends in .gz, but it is not a gzip file");
			}
			return text(packed, format);
		}
		PeekingInputStream unpacked = new PeekingInputStream(new GzipMembers(packed, TextInput::isMark));
		FileFormat inner = FileFormat.of(unpacked);
		if (inner == FileFormat.GZIP) {
			throw new IOException("it is compressed twice; gunzip it once");
		}
		return text(unpacked, inner);
	}

	private static boolean isMark(byte[] start) {
		return PlaintextParser.byteOrderMarkLength(start, 0, start.length) == start.length;
	}

	private static InputStream text(PeekingInputStream input, FileFormat format) throws IOException {
		String problem = format.problem();
		if (problem != null) {
			throw new IOException(problem);
		}
		if (format == FileFormat.MARKED_UTF_8) {
			input.drop();
		}
		return input;
	}

	/**
	 * What the first bytes of a file say about it. No line starts with the bytes of any
	 * of these formats.
	 */
	private enum FileFormat {

		GZIP(null, 0x1F, 0x8B),

		MARKED_UTF_8(null, 0xEF, 0xBB, 0xBF),

		UTF_16_LE(ofText("UTF-16"), 0xFF, 0xFE),

		UTF_16_BE(ofText("UTF-16"), 0xFE, 0xFF),

		UTF_32_BE(ofText("UTF-32"), 0, 0, 0xFE, 0xFF),

		UNMARKED_UTF_16_LE(ofText("UTF-16LE"), NO_NUL, 0),

		UNMARKED_UTF_16_BE(ofText("UTF-16BE"), 0, NO_NUL),

		ZSTD(ofPacked("zstd", "zstd -dc"), 0x28, 0xB5, 0x2F, 0xFD),

		XZ(ofPacked("xz", "xz -dc"), 0xFD, '7', 'z', 'X', 'Z', 0),

		BZIP2(ofPacked("bzip2", "bzip2 -dc"), 'B', 'Z', 'h', ANY, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59),

		EMPTY_BZIP2(ofPacked("bzip2", "bzip2 -dc"), 'B', 'Z', 'h', ANY, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90),

		ZIP(ofPacked("zip", "unzip -p"), 'P', 'K', 3, 4),

		EMPTY_ZIP(ofPacked("zip", "unzip -p"), 'P', 'K', 5, 6),

		LZ4(ofPacked("lz4", "lz4 -dc"), 0x04, 0x22, 0x4D, 0x18),

		LZIP(ofPacked("lzip", "lzip -dc"), 'L', 'Z', 'I', 'P', 1),

		COMPRESS(ofPacked("compress", "uncompress -c"), 0x1F, 0x9D),

		SEVEN_ZIP(ofPacked("7-Zip", "7z x -so"), '7', 'z', 0xBC, 0xAF, 0x27, 0x1C),

		TEXT(null);

		private final @Nullable String problem;

		/** A character for each byte. */
		private final String start;

		FileFormat(@Nullable String problem, int... start) {
			this.problem = problem;
			this.start = new String(start, 0, start.length);
		}

		@Nullable String problem() {
			return this.problem;
		}

		static FileFormat of(PeekingInputStream input) throws IOException {
			for (FileFormat format : values()) {
				if (format.matches(input)) {
					return format;
				}
			}
			return TEXT;
		}

		// Reads no further than necessary, because a person may be typing.
		private boolean matches(PeekingInputStream input) throws IOException {
			if (this == TEXT) {
				return false;
			}
			for (int i = 0; i < this.start.length(); i++) {
				int next = input.peek(i);
				if (next < 0 || !isAt(i, next)) {
					return false;
				}
			}
			return true;
		}

		private boolean isAt(int index, int next) {
			return switch (this.start.charAt(index)) {
				case ANY -> true;
				case NO_NUL -> next != 0;
				default -> next == this.start.charAt(index);
			};
		}

		private static String ofText(String encoding) {
			return "it is " + encoding + ", and only UTF-8 is read; iconv -f " + encoding
					+ " -t UTF-8 FILE converts it";
		}

		private static String ofPacked(String name, String command) {
			return "it is compressed with " + name + ", and only gzip is read; " + command
					+ " FILE | eardrum import - reads it";
		}

	}

	/**
	 * A stream whose first bytes can be inspected before they are read.
	 */
	private static final class PeekingInputStream extends BlockInputStream {

		private final InputStream input;

		private final byte[] head = new byte[16];

		private int headLength;

		private int position;

		private boolean ended;

		private PeekingInputStream(InputStream input) {
			this.input = input;
		}

		// Returns the byte at an index, or -1 if the stream is shorter.
		private int peek(int index) throws IOException {
			while (this.headLength <= index && !this.ended) {
				int count = this.input.read(this.head, this.headLength, this.head.length - this.headLength);
				this.ended = count < 0;
				this.headLength += Math.max(0, count);
			}
			return (index < this.headLength) ? this.head[index] & 0xFF : -1;
		}

		private void drop() {
			this.position = 3;
		}

		@Override
		public int read(byte[] target, int offset, int length) throws IOException {
			int left = Math.min(length, this.headLength - this.position);
			if (left > 0) {
				System.arraycopy(this.head, this.position, target, offset, left);
				this.position += left;
				return left;
			}
			return this.input.read(target, offset, length);
		}

		// Some JDKs can't tell what is available in a pipe.
		@Override
		public int available() {
			if (this.position < this.headLength) {
				return this.headLength - this.position;
			}
			try {
				return this.input.available();
			}
			catch (IOException ex) {
				return 0;
			}
		}

		@Override
		public void close() throws IOException {
			this.input.close();
		}

	}

}
