package io.eardrum.cli.terminal;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.PlaintextParser;
import io.eardrum.protocol.PrintableText;

/**
 * Prints points as rows, as the server sends them. A terminal gets nothing that it would
 * interpret instead of showing it; files and pipes get each key as it is. If the key in
 * the first row begins with U+FEFF, an empty line comes before it; otherwise a reader of
 * the file would take the character for a byte order mark.
 * <p>
 * Not safe for use by several threads.
 */
public final class RowPrinter {

	private final OutputStream output;

	private final boolean isTerminal;

	private final RowText text = new RowText();

	private boolean started;

	/**
	 * Creates a printer that has printed nothing yet.
	 * @param output where the rows are written
	 * @param isTerminal whether a terminal would interpret what is in them
	 */
	public RowPrinter(OutputStream output, boolean isTerminal) {
		this.output = output;
		this.isTerminal = isTerminal;
	}

	/**
	 * Prints a row.
	 * @param key the key
	 * @param timestamp the timestamp
	 * @param value the value
	 * @throws UncheckedIOException if it can't be written
	 */
	public void print(SeriesKey key, long timestamp, double value) {
		this.text.set(key, timestamp, value);
		print(this.text);
	}

	/**
	 * Prints a row.
	 * @param row the row
	 * @throws UncheckedIOException if it can't be written
	 */
	public void print(RowText row) {
		try {
			if (!this.started) {
				this.started = true;
				if (PlaintextParser.byteOrderMarkLength(row.bytes(), 0, row.length()) > 0) {
					this.output.write('\n');
				}
			}
			if (this.isTerminal) {
				String shown = new String(row.bytes(), 0, row.length() - 1, StandardCharsets.UTF_8);
				this.output.write((PrintableText.of(shown) + "\n").getBytes(StandardCharsets.UTF_8));
			}
			else {
				this.output.write(row.bytes(), 0, row.length());
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
