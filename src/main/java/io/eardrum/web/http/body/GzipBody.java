package io.eardrum.web.http.body;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

import org.springframework.http.HttpStatus;

import io.eardrum.web.http.problem.RequestProblem;

/**
 * A body compressed with gzip (RFC 1952), in one or more members. It is read strictly: a
 * body that is cut off, is damaged, or is followed by other data results in a
 * {@link RequestProblem}. It is decompressed as it is read, in constant memory. Beyond
 * the first MiB, the result may be at most {@value #MAX_RATIO} times as long as the
 * compressed bytes.
 * <p>
 * For one thread. It has to be closed, because it holds memory outside of the heap.
 */
final class GzipBody extends BodyStream {

	static final int MAX_RATIO = 200;

	private static final long FREE_BYTES = 1 << 20;

	private static final int BUFFER_BYTES = 8192;

	/** The maximum length of the header of a member, with its name and comment. */
	private static final int MAX_HEADER_BYTES = 65_536;

	private static final int MAGIC_1 = 0x1F;

	private static final int MAGIC_2 = 0x8B;

	private static final int DEFLATE = 8;

	private static final int HEADER_CRC = 2;

	private static final int EXTRA = 4;

	private static final int NAME = 8;

	private static final int COMMENT = 16;

	private static final int RESERVED = 0xE0;

	/** The bytes of time, flags and system, which say nothing about the data. */
	private static final int IGNORED_BYTES = 6;

	private static final int CRC_16 = 0xFFFF;

	private final InputStream source;

	private final Inflater inflater = new Inflater(true);

	private final CRC32 crc = new CRC32();

	private final CRC32 headerCrc = new CRC32();

	private final byte[] input = new byte[BUFFER_BYTES];

	private int position;

	private int limit;

	private long bytesIn;

	private long bytesOut;

	private int headerBytes;

	private boolean inMember;

	private boolean begun;

	private boolean ended;

	GzipBody(InputStream source) {
		this.source = source;
	}

	@Override
	public int read(byte[] target, int offset, int length) throws IOException {
		if (length == 0) {
			return 0;
		}
		while (!this.ended) {
			if (!this.inMember) {
				beginMember();
				continue;
			}
			int count = inflate(target, offset, length);
			if (count > 0) {
				return count;
			}
			if (this.inflater.finished()) {
				endMember();
			}
			else {
				// The inflater never needs a dictionary, because only zlib's own header
				// names one.
				giveInput();
			}
		}
		return -1;
	}

	private int inflate(byte[] target, int offset, int length) {
		int count;
		try {
			count = this.inflater.inflate(target, offset, length);
		}
		catch (DataFormatException ex) {
			throw damaged();
		}
		this.crc.update(target, offset, count);
		this.bytesOut += count;
		if (this.bytesOut - FREE_BYTES > this.bytesIn * MAX_RATIO) {
			throw new RequestProblem(HttpStatus.CONTENT_TOO_LARGE,
					"The body is more than " + MAX_RATIO + " times as long as its compressed form.");
		}
		return count;
	}

	private void giveInput() throws IOException {
		if (!fill()) {
			throw cutOff();
		}
		this.inflater.setInput(this.input, this.position, this.limit - this.position);
		this.position = this.limit;
	}

	private boolean fill() throws IOException {
		if (this.position == this.limit) {
			int count = this.source.read(this.input, 0, this.input.length);
			this.position = 0;
			this.limit = Math.max(count, 0);
			this.bytesIn += this.limit;
		}
		return this.position < this.limit;
	}

	private void beginMember() throws IOException {
		if (this.begun && !fill()) {
			this.ended = true;
			return;
		}
		this.headerBytes = 0;
		this.headerCrc.reset();
		if (next() != MAGIC_1 || next() != MAGIC_2) {
			throw this.begun ? problem("something follows it") : problem("it is not compressed with gzip");
		}
		this.begun = true;
		int method = next();
		int flags = next();
		if (method != DEFLATE || (flags & RESERVED) != 0) {
			throw damaged();
		}
		skip(IGNORED_BYTES);
		if ((flags & EXTRA) != 0) {
			skip(next() | next() << Byte.SIZE);
		}
		if ((flags & NAME) != 0) {
			skipText();
		}
		if ((flags & COMMENT) != 0) {
			skipText();
		}
		if ((flags & HEADER_CRC) != 0) {
			long expected = this.headerCrc.getValue() & CRC_16;
			if ((next() | next() << Byte.SIZE) != expected) {
				throw damaged();
			}
		}
		this.inMember = true;
		this.inflater.reset();
		this.crc.reset();
		this.inflater.setInput(this.input, this.position, this.limit - this.position);
		this.position = this.limit;
	}

	private void endMember() throws IOException {
		this.position = this.limit - this.inflater.getRemaining();
		this.headerBytes = 0;
		if (nextInt() != this.crc.getValue() || nextInt() != (this.inflater.getBytesWritten() & 0xFFFF_FFFFL)) {
			throw damaged();
		}
		this.inMember = false;
	}

	private long nextInt() throws IOException {
		long value = 0;
		for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
			value |= (long) next() << shift;
		}
		return value;
	}

	private void skip(int count) throws IOException {
		for (int i = 0; i < count; i++) {
			next();
		}
	}

	private void skipText() throws IOException {
		while (next() != 0) {
			if (this.headerBytes > MAX_HEADER_BYTES) {
				throw damaged();
			}
		}
	}

	private int next() throws IOException {
		if (!fill()) {
			throw cutOff();
		}
		int value = this.input[this.position++] & 0xFF;
		this.headerBytes++;
		this.headerCrc.update(value);
		return value;
	}

	private static RequestProblem cutOff() {
		return problem("it is cut off");
	}

	private static RequestProblem damaged() {
		return problem("it is damaged");
	}

	private static RequestProblem problem(String reason) {
		return new RequestProblem(HttpStatus.BAD_REQUEST, "The gzip body can't be read: " + reason + ".");
	}

	@Override
	public void close() {
		this.inflater.end();
	}

}
