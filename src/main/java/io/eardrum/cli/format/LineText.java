package io.eardrum.cli.format;

import java.nio.charset.StandardCharsets;

import io.eardrum.cli.transfer.LineSource;
import io.eardrum.protocol.PlaintextParser;
import io.eardrum.protocol.number.Utf8;

/**
 * The text of lines.
 */
final class LineText {

	/** A record that is longer than this before its last line is not one. */
	static final int MAX_CONTINUED = 64 * 1024;

	private LineText() {
	}

	/**
	 * Returns the text of a line.
	 * @param lines the lines; the one that was read last is meant
	 * @return the text, without the end of the line
	 * @throws RejectedException if the line has no end, is too long, or is not UTF-8
	 */
	static String of(LineSource lines) throws RejectedException {
		if (!lines.isWhole()) {
			throw new RejectedException(lines.incompleteness());
		}
		int start = lines.lineStart();
		int end = lines.lineEnd();
		if (!Utf8.isWellFormed(lines.bytes(), start, end)) {
			throw new RejectedException("not well-formed UTF-8");
		}
		return new String(lines.bytes(), start, end - start, StandardCharsets.UTF_8);
	}

	/**
	 * Returns the reason why a record that has no end is not imported.
	 * @param first the number of its first line
	 * @param last the number of the last line that was read in search of its end
	 * @return the reason
	 */
	static String unclosed(long first, long last) {
		return "a quotation mark is not closed"
				+ ((last > first) ? "; lines " + first + " to " + last + " are left out" : "");
	}

	// Where files were concatenated, a mark may be among the lines. It may also belong to
	// the key, where it is invisible.
	static boolean beginsWithByteOrderMark(LineSource lines) {
		return PlaintextParser.byteOrderMarkLength(lines.bytes(), lines.lineStart(), lines.lineEnd()) > 0;
	}

}
