package io.eardrum.cli.format;

import java.io.IOException;
import java.io.Reader;

import org.jspecify.annotations.Nullable;

import io.eardrum.cli.transfer.LineSource;

/**
 * Gives a CSV parser line after line, and each of them only when the parser needs it. So
 * the last line that was read is always the last one of the record, and an import can go
 * on after it. Line ends are LF here.
 */
final class CsvFeed extends Reader {

	private final LineSource lines;

	private String text = "\n";

	private int position;

	private int recordLength;

	private boolean unclosed;

	private @Nullable String problem;

	/**
	 * Prepares the lines of a file.
	 * @param lines the lines
	 */
	CsvFeed(LineSource lines) {
		this.lines = lines;
	}

	/**
	 * Reads the first line of a record.
	 * @return whether there is one
	 * @throws IOException if reading fails
	 */
	boolean begin() throws IOException {
		this.recordLength = 0;
		this.unclosed = false;
		this.problem = null;
		return readLine();
	}

	/**
	 * Returns whether the parser wanted more than there was, or than a record may have.
	 * @return whether a quotation mark is not closed
	 */
	boolean isUnclosed() {
		return this.unclosed;
	}

	/**
	 * Returns why a line of the record can't be used, if so.
	 * @return the reason, or {@code null}
	 */
	@Nullable String problem() {
		return this.problem;
	}

	private boolean readLine() throws IOException {
		if (!this.lines.next()) {
			return false;
		}
		try {
			String line = LineText.of(this.lines);
			if (line.indexOf('\r') >= 0) {
				throw new RejectedException("has a carriage return (CR) amid the line");
			}
			this.text = line + "\n";
		}
		catch (RejectedException ex) {
			this.problem = ex.getMessage();
			this.text = "\n";
		}
		this.position = 0;
		this.recordLength += this.text.length();
		return true;
	}

	@Override
	public int read(char[] target, int offset, int length) throws IOException {
		if (this.position == this.text.length()) {
			if (this.recordLength > LineText.MAX_CONTINUED || !readLine()) {
				this.unclosed = true;
				return -1;
			}
		}
		int count = Math.min(length, this.text.length() - this.position);
		this.text.getChars(this.position, this.position + count, target, offset);
		this.position += count;
		return count;
	}

	@Override
	public void close() {
		// The lines are closed by who has opened them.
	}

}
