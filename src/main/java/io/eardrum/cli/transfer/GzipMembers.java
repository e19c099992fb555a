package io.eardrum.cli.transfer;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads gzip data (RFC 1952) to its very end. The JDK's own stream takes anything wrong
 * with the start of a second member for the end of the data. Here it is an error, like
 * everything else that isn't whole. Zeros after the last member are padding, as in gzip.
 * Each member was a file, so what a file may have at its start is dropped there.
 * <p>
 * Used by one thread.
 */
final class GzipMembers extends BlockInputStream {

	private static final int BUFFER_LENGTH = 256 * 1024;

	private static final int HAS_CHECKSUM = 2;

	private static final int HAS_EXTRA = 4;

	private static final int HAS_NAME = 8;

	private static final int HAS_COMMENT = 16;

	private final InputStream input;

	private final Inflater inflater = new Inflater(true);

	private final CRC32 checksum = new CRC32();

	private final byte[] buffer = new byte[BUFFER_LENGTH];

	private int start;

	private int end;

	private final Predicate<byte[]> dropped;

	/** The first {@code startLength} bytes of a member. */
	private final byte[] memberStart = new byte[3];

	private int startLength;

	private int startRead;

	private boolean inMember;

	private boolean first = true;

	private boolean ended;

	/**
	 * Creates a stream of the unpacked data.
	 * @param input the data
	 * @param dropped returns whether to drop three bytes that a member, other than the
	 * first one, begins with
	 */
	GzipMembers(InputStream input, Predicate<byte[]> dropped) {
		this.input = input;
		this.dropped = dropped;
	}

	@Override
	public int read(byte[] target, int offset, int length) throws IOException {
		if (length == 0) {
			return 0;
		}
		while (!this.ended) {
			if (this.startRead < this.startLength) {
				int count = Math.min(length, this.startLength - this.startRead);
				System.arraycopy(this.memberStart, this.startRead, target, offset, count);
				this.startRead += count;
				return count;
			}
			if (!this.inMember) {
				this.ended = !nextMember();
				continue;
			}
			int count = inflateOrEnd(target, offset, length);
			if (count > 0) {
				return count;
			}
		}
		return -1;
	}

	// The reader itself checks the start of the first member.
	private boolean nextMember() throws IOException {
		boolean isFirst = this.first;
		if (!beginMember()) {
			return false;
		}
		this.startLength = 0;
		this.startRead = 0;
		while (!isFirst && this.inMember && this.startLength < this.memberStart.length) {
			this.startLength += inflateOrEnd(this.memberStart, this.startLength,
					this.memberStart.length - this.startLength);
		}
		if (this.startLength == this.memberStart.length && this.dropped.test(this.memberStart)) {
			this.startLength = 0;
		}
		return true;
	}

	private int inflateOrEnd(byte[] target, int offset, int length) throws IOException {
		int count = inflate(target, offset, length);
		if (count == 0 && this.inflater.finished()) {
			endMember();
		}
		return count;
	}

	private int inflate(byte[] target, int offset, int length) throws IOException {
		if (this.inflater.needsInput() && !this.inflater.finished()) {
			if (this.start == this.end && !fill()) {
				throw new EOFException("its compressed data is cut off");
			}
			this.inflater.setInput(this.buffer, this.start, this.end - this.start);
			this.start = this.end;
		}
		try {
			int count = this.inflater.inflate(target, offset, length);
			if (count == 0 && this.inflater.needsDictionary()) {
				throw new IOException("its compressed data is damaged");
			}
			this.checksum.update(target, offset, count);
			return count;
		}
		catch (DataFormatException ex) {
			throw new IOException("its compressed data is damaged", ex);
		}
	}

	// Reads a header, and returns whether there is one.
	private boolean beginMember() throws IOException {
		int next = next();
		if (next == 0 && !this.first) {
			while (next == 0) {
				next = next();
			}
			if (next >= 0) {
				throw new IOException("something follows the end of its compressed data");
			}
		}
		if (next < 0 && !this.first) {
			return false;
		}
		if (next != 0x1F || require() != 0x8B) {
			throw new IOException(this.first ? "it is not a gzip file"
					: "what follows the first part of its compressed data is not gzip data");
		}
		this.first = false;
		readHeader();
		this.inMember = true;
		this.inflater.reset();
		this.checksum.reset();
		return true;
	}

	private void readHeader() throws IOException {
		int method = require();
		int flags = require();
		if (method != 8 || (flags & 0xE0) != 0) {
			throw new IOException("it is compressed in a way that gzip doesn't know");
		}
		skip(6);
		if ((flags & HAS_EXTRA) != 0) {
			skip(require() | require() << 8);
		}
		if ((flags & HAS_NAME) != 0) {
			skipText();
		}
		if ((flags & HAS_COMMENT) != 0) {
			skipText();
		}
		if ((flags & HAS_CHECKSUM) != 0) {
			skip(2);
		}
	}

	private void endMember() throws IOException {
		this.start = this.end - this.inflater.getRemaining();
		this.inMember = false;
		long expected = requireInt();
		long length = requireInt();
		if (expected != this.checksum.getValue() || length != (this.inflater.getBytesWritten() & 0xFFFFFFFFL)) {
			throw new IOException("its compressed data is damaged");
		}
	}

	private void skip(int count) throws IOException {
		for (int i = 0; i < count; i++) {
			require();
		}
	}

	private void skipText() throws IOException {
		int next = require();
		while (next != 0) {
			next = require();
		}
	}

	private long requireInt() throws IOException {
		long number = 0;
		for (int i = 0; i < 4; i++) {
			number |= (long) require() << (8 * i);
		}
		return number;
	}

	private int require() throws IOException {
		int next = next();
		if (next < 0) {
			throw new EOFException("its compressed data is cut off");
		}
		return next;
	}

	private int next() throws IOException {
		return (this.start < this.end || fill()) ? this.buffer[this.start++] & 0xFF : -1;
	}

	private boolean fill() throws IOException {
		this.start = 0;
		int count = this.input.read(this.buffer, 0, this.buffer.length);
		this.end = Math.max(0, count);
		return count > 0;
	}

	// Everything that has arrived is unpacked, unless a read got as much as it asked for.
	@Override
	public int available() throws IOException {
		boolean some = this.inMember && !this.inflater.needsInput() && !this.inflater.finished();
		return (some || this.start < this.end || this.startRead < this.startLength) ? 1 : this.input.available();
	}

	@Override
	public void close() throws IOException {
		this.ended = true;
		this.inflater.end();
		this.input.close();
	}

}
