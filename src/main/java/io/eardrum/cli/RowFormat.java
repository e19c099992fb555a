package io.eardrum.cli;

import java.io.PrintStream;

/**
 * How points are printed.
 */
enum RowFormat {

	/** Rows as the server sends them. */
	text,

	/** RFC 4180 with a header. */
	csv,

	/** An array of objects, one a line. */
	json;

	void begin(PrintStream out) {
		if (this == csv) {
			out.print("key,timestamp,value\n");
		}
		else if (this == json) {
			out.print("[");
		}
	}

	void row(PrintStream out, boolean first, String key, long timestamp, String value) {
		switch (this) {
			case text -> out.print(key + " " + value + " " + timestamp + "\n");
			case csv -> out.print(quotedCsv(key) + "," + timestamp + "," + value + "\n");
			case json -> out.print((first ? "\n" : ",\n") + "{\"key\":\"" + escapedJson(key) + "\",\"timestamp\":"
					+ timestamp + ",\"value\":" + value + "}");
		}
	}

	void end(PrintStream out) {
		if (this == json) {
			out.print("\n]\n");
		}
	}

	private static String quotedCsv(String key) {
		return (key.indexOf(',') < 0 && key.indexOf('"') < 0) ? key : "\"" + key.replace("\"", "\"\"") + "\"";
	}

	// A key has no control characters.
	private static String escapedJson(String key) {
		return key.replace("\\", "\\\\").replace("\"", "\\\"");
	}

}
