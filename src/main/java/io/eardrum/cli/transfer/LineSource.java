package io.eardrum.cli.transfer;

import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

import io.eardrum.cli.file.FileArgument;

/**
 * The lines of a file or of standard input, as bytes in a buffer that is reused. Used by
 * one thread.
 */
public final class LineSource implements Closeable {

	/** Also the length of the longest line that is read. */
	private static final int BUFFER_LENGTH = 256 * 1024;

	private final CountingInputStream counter;

	private final boolean namedGzip;

	/** The text, once its start has been checked. */
	private @Nullable InputStream text;

	private final byte[] buffer = new byte[BUFFER_LENGTH];

	private int start;

	private int end;

	/**
	 * The offset after the last LF in the buffer: there are complete lines before it.
	 */
	private int linesEnd;

	private int lineStart;

	private int lineEnd;

	private boolean whole;

	private boolean tooLong;

	private @Nullable CRC32C checksum;

	/** The offset in the text after what was read last. */
	private long position;

	/** How many lines have been read, also one without an end. */
	private long lineNumber;

	/** The place before the record that was begun last, as an {@link ImportPlace}. */
	private long linesBefore;

	private long bytesBefore;

	private long checksumBefore;

	/** The place after the last line that has an end. */
	private long linesBehind;

	private long bytesBehind;

	private long checksumBehind;

	private LineSource(InputStream input, boolean namedGzip) {
		this.counter = new CountingInputStream(input);
		this.namedGzip = namedGzip;
	}

	/**
	 * Returns the lines of a stream. Nothing is read from it before the first line is
	 * requested, because a person may be typing.
	 * @param input the stream
	 * @return the lines
	 */
	public static LineSource of(InputStream input) {
		return new LineSource(input, false);
	}

	/**
	 * Returns the lines of a file.
	 * @param file the file, which may be a device or a pipe
	 * @return the lines
	 * @throws IOException if it can't be read, or is not text
	 */
	public static LineSource of(FileArgument file) throws IOException {
		InputStream input = Files.newInputStream(file.path());
		try {
			LineSource source = new LineSource(input, file.endsInGz());
			source.text();
			return source;
		}
		catch (IOException ex) {
			input.close();
			throw ex;
		}
	}

	/**
	 * Keeps a checksum of all lines from now on.
	 */
	public void keepChecksum() {
		this.checksum = new CRC32C();
	}

	private InputStream text() throws IOException {
		InputStream known = this.text;
		if (known == null) {
			known = TextInput.open(this.counter, this.namedGzip);
			this.text = known;
		}
		return known;
	}

	/**
	 * Begins a record: its first line is the next one.
	 */
	void beginRecord() {
		this.linesBefore = this.linesBehind;
		this.bytesBefore = this.bytesBehind;
		this.checksumBefore = this.checksumBehind;
	}

	/**
	 * Goes to the next line.
	 * @return whether there is one
	 * @throws IOException if reading fails
	 */
	public boolean next() throws IOException {
		this.whole = true;
		this.tooLong = false;
		int searched = this.start;
		while (true) {
			for (int i = searched; i < this.end; i++) {
				if (this.buffer[i] == '\n') {
					return line(i, i + 1);
				}
			}
			int unread = this.end - this.start;
			if (unread == this.buffer.length) {
				// The line is too long for any server. What follows belongs to it.
				this.whole = false;
				this.tooLong = true;
				unread = 0;
				pass(this.end);
				this.start = this.end;
			}
			if (!fill()) {
				if (unread == 0 && this.whole) {
					return false;
				}
				this.whole = false;
				return line(this.end, this.end);
			}
			searched = this.start + unread;
		}
	}

	private boolean line(int to, int next) {
		this.lineNumber++;
		pass(next);
		if (next > to) {
			this.linesBehind++;
			this.bytesBehind = this.position;
			this.checksumBehind = (this.checksum != null) ? this.checksum.getValue() : 0;
		}
		this.lineStart = this.start;
		this.lineEnd = (to > this.start && this.buffer[to - 1] == '\r') ? to - 1 : to;
		this.start = next;
		return true;
	}

	private void pass(int to) {
		this.position += to - this.start;
		if (this.checksum != null) {
			this.checksum.update(this.buffer, this.start, to - this.start);
		}
	}

	private boolean fill() throws IOException {
		System.arraycopy(this.buffer, this.start, this.buffer, 0, this.end - this.start);
		this.end -= this.start;
		this.start = 0;
		int from = this.end;
		int count = text().read(this.buffer, from, this.buffer.length - from);
		this.end += Math.max(0, count);
		this.linesEnd = lastLineEnd(from);
		return count >= 0;
	}

	// There is none before what has just been read, because more is read only in the last
	// line.
	private int lastLineEnd(int from) {
		int position = this.end;
		while (position > from && this.buffer[position - 1] != '\n') {
			position--;
		}
		return (position > from) ? position : 0;
	}

	/**
	 * Returns whether the next line may take long to arrive, for example because a person
	 * types it.
	 * @return whether there is no complete line, and nothing to read now
	 * @throws IOException if reading fails
	 */
	boolean mayWait() throws IOException {
		return this.start >= this.linesEnd && text().available() == 0;
	}

	/**
	 * Returns whether the line has an end, and a length that can be read. The number at
	 * the end of a line that lacks its end may have been cut.
	 * @return whether it is whole
	 */
	public boolean isWhole() {
		return this.whole;
	}

	/**
	 * Returns why the line is not whole, if it isn't.
	 * @return the reason, in words
	 */
	public String incompleteness() {
		for (int i = this.lineStart; i < this.lineEnd; i++) {
			if (this.buffer[i] == '\r') {
				return "without an end: lines end in LF or CR LF, and this one has CR alone; tr '\\r' '\\n' changes that";
			}
		}
		return this.tooLong ? "longer than " + BUFFER_LENGTH / 1024 + " KiB"
				: "without an end: its last number may have been cut";
	}

	/**
	 * Returns how many lines have been read.
	 * @return the number of the line that was read last, from 1
	 */
	public long lineNumber() {
		return this.lineNumber;
	}

	/**
	 * Returns the place before the record that was begun last.
	 * @return the place
	 */
	ImportPlace placeBefore() {
		return new ImportPlace(this.linesBefore, this.bytesBefore, this.checksumBefore);
	}

	long bytesBefore() {
		return this.bytesBefore;
	}

	long checksumBefore() {
		return this.checksumBefore;
	}

	/**
	 * Returns the place after the last line that has an end.
	 * @return the place
	 */
	ImportPlace place() {
		return new ImportPlace(this.linesBehind, this.bytesBehind, this.checksumBehind);
	}

	/**
	 * Returns the array that holds the line.
	 * @return the array, which the next line may overwrite
	 */
	public byte[] bytes() {
		return this.buffer;
	}

	/**
	 * Returns where the line starts.
	 * @return the offset of its first byte
	 */
	public int lineStart() {
		return this.lineStart;
	}

	/**
	 * Returns where the line ends.
	 * @return the offset after its last byte, without its end
	 */
	public int lineEnd() {
		return this.lineEnd;
	}

	/**
	 * Returns how much of the file has been read, before decompression.
	 * @return the number of bytes
	 */
	long bytesRead() {
		return this.counter.count;
	}

	@Override
	public void close() throws IOException {
		InputStream opened = this.text;
		if (opened != null) {
			opened.close();
		}
		else {
			this.counter.close();
		}
	}

	/**
	 * Counts the bytes that are read.
	 */
	private static final class CountingInputStream extends FilterInputStream {

		private long count;

		private CountingInputStream(InputStream input) {
			super(input);
		}

		@Override
		public int read() throws IOException {
			int next = super.read();
			this.count += (next < 0) ? 0 : 1;
			return next;
		}

		@Override
		public int read(byte[] target, int offset, int length) throws IOException {
			int read = super.read(target, offset, length);
			this.count += Math.max(0, read);
			return read;
		}

	}

}
