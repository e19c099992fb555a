package io.eardrum.web.api;

import java.io.IOException;
import java.io.InputStream;

import io.eardrum.protocol.ErrorReason;
import io.eardrum.protocol.ProtocolLimits;

/**
 * Reads the lines of a request in a buffer of fixed size. A line that is too long is
 * dropped up to its end. Empty lines are ignored. The last line needs no line end,
 * because the end of the request ends it.
 */
final class BodyLines {

	private static final int MIN_BUFFER_BYTES = 64 * 1024;

	private final PointsImport pointsImport;

	private final byte[] buffer;

	private long number;

	/** Where the incomplete line begins. */
	private int start;

	private int end;

	/** Whether the beginning of the line has been dropped. */
	private boolean dropped;

	/**
	 * Creates a reader.
	 * @param pointsImport takes the lines
	 * @param limits how long a line may be
	 */
	BodyLines(PointsImport pointsImport, ProtocolLimits limits) {
		this.pointsImport = pointsImport;
		this.buffer = new byte[heldBytes(limits)];
	}

	/**
	 * Returns how much memory it takes to read lines.
	 * @param limits how long a line may be
	 * @return the size in bytes
	 */
	static int heldBytes(ProtocolLimits limits) {
		// A line with its end fits, wherever in the buffer it begins.
		return Math.max(MIN_BUFFER_BYTES, 2 * (limits.maxLineLength() + 2));
	}

	/**
	 * Reads everything.
	 * @param body the body of a request
	 * @throws IOException if it can't be read
	 */
	void readAll(InputStream body) throws IOException {
		while (true) {
			// One byte stays free for the end of the last line.
			int count = body.read(this.buffer, this.end, this.buffer.length - 1 - this.end);
			if (count < 0) {
				break;
			}
			int searched = this.end;
			this.end += count;
			takeLines(searched);
		}
		if (this.start < this.end || this.dropped) {
			this.buffer[this.end++] = '\n';
			takeLines(this.end - 1);
		}
	}

	private void takeLines(int searched) throws IOException {
		for (int i = searched; i < this.end; i++) {
			if (this.buffer[i] == '\n') {
				this.number++;
				if (this.dropped) {
					this.pointsImport.wrong(this.number, ErrorReason.LINE_TOO_LONG);
				}
				else if (!isBlank(this.start, i)) {
					this.pointsImport.line(this.number, this.buffer, this.start, i + 1);
				}
				this.dropped = false;
				this.start = i + 1;
			}
		}
		this.end -= this.start;
		System.arraycopy(this.buffer, this.start, this.buffer, 0, this.end);
		this.start = 0;
		if (this.end > this.buffer.length / 2) {
			this.dropped = true;
		}
		if (this.dropped) {
			this.end = 0;
		}
	}

	private boolean isBlank(int from, int to) {
		for (int i = from; i < to; i++) {
			byte next = this.buffer[i];
			if (next != ' ' && next != '\t' && next != '\r') {
				return false;
			}
		}
		return true;
	}

}
