package io.eardrum.cli.terminal;

import java.io.PrintStream;
import java.util.Locale;

import io.eardrum.protocol.CsvKey;
import io.eardrum.protocol.PrintableText;

/**
 * The formats in which points are printed.
 */
public enum RowFormat {

	/** Rows as the server sends them. */
	text,

	/** RFC 4180 with a header. No key looks like a formula to a spreadsheet. */
	csv,

	/** An array of objects, one a line. */
	json;

	/**
	 * Prints what comes before the first row.
	 * @param out where it is printed
	 */
	public void begin(PrintStream out) {
		if (this == csv) {
			out.print("key,timestamp,value\n");
		}
		else if (this == json) {
			out.print("[");
		}
	}

	/**
	 * Returns a key as a row shows it.
	 * @param key the key
	 * @param isTerminal whether a terminal would interpret what is in it
	 * @return the key, with quotation marks if the format has them
	 */
	public String key(String key, boolean isTerminal) {
		return switch (this) {
			case text -> isTerminal ? PrintableText.of(key) : key;
			case csv -> isTerminal ? PrintableText.of(CsvKey.of(key)) : CsvKey.of(key);
			case json -> "\"" + escapedJson(key, isTerminal) + "\"";
		};
	}

	/**
	 * Prints a row.
	 * @param out where it is printed
	 * @param first whether it is the first one
	 * @param key the key, as {@link #key} gives it
	 * @param timestamp the timestamp
	 * @param value the value
	 */
	public void row(PrintStream out, boolean first, String key, long timestamp, String value) {
		switch (this) {
			case text -> out.print(key + " " + value + " " + timestamp + "\n");
			case csv -> out.print(key + "," + timestamp + "," + value + "\n");
			case json -> out.print((first ? "\n" : ",\n") + "{\"key\":" + key + ",\"timestamp\":" + timestamp
					+ ",\"value\":" + value + "}");
		}
	}

	/**
	 * Prints what comes after the last row.
	 * @param out where it is printed
	 */
	public void end(PrintStream out) {
		if (this == json) {
			out.print("\n]\n");
		}
	}

	// Everything that a terminal would not show may be escaped, because it stays the same
	// JSON.
	private static String escapedJson(String key, boolean isTerminal) {
		StringBuilder escaped = new StringBuilder();
		for (int i = 0; i < key.length();) {
			int codePoint = key.codePointAt(i);
			int length = Character.charCount(codePoint);
			if (codePoint == '"' || codePoint == '\\') {
				escaped.append('\\').append((char) codePoint);
			}
			else if (codePoint < ' ' || (isTerminal && !PrintableText.isShown(codePoint))) {
				for (int j = i; j < i + length; j++) {
					escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) key.charAt(j)));
				}
			}
			else {
				escaped.appendCodePoint(codePoint);
			}
			i += length;
		}
		return escaped.toString();
	}

}
