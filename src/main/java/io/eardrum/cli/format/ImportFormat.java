package io.eardrum.cli.format;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.eardrum.cli.transfer.LineSource;

/**
 * The formats that can be imported, as they are named on the command line.
 */
enum ImportFormat {

	/** Lines of the protocol, of an export, or of Graphite. */
	text,

	/** CSV with a header. */
	csv,

	/** Influx line protocol. */
	influx,

	/** The text that Prometheus scrapes. */
	prometheus;

	/** Enough to tell a format, and not too much to look at. */
	private static final int MAX_BYTES = 1000;

	private static final Pattern PROMETHEUS = Pattern.compile("# (?:HELP|TYPE) .*|[\\w:]+\\{.*}.*");

	// Not more exact, so that no line takes long.
	private static final Pattern INFLUX = Pattern.compile("[^ ,]+(?:,[^ ]*)? [^ =]+=[^ ]+.*");

	/**
	 * Guesses the format of a file from its first line, if that is not a point.
	 * @param lines the source, at this line
	 * @return the options that read such a file, or {@code null} if none is likely to
	 */
	static @Nullable String guess(LineSource lines) {
		int length = Math.min(lines.lineEnd() - lines.lineStart(), MAX_BYTES);
		String line = new String(lines.bytes(), lines.lineStart(), length, StandardCharsets.UTF_8).strip();
		if (PROMETHEUS.matcher(line).matches()) {
			return "--format prometheus";
		}
		if (INFLUX.matcher(line).matches()) {
			return "--format influx";
		}
		if (line.contains(";")) {
			return "--format csv --delimiter ';'";
		}
		if (line.contains(",")) {
			return "--format csv";
		}
		return line.contains("\t") ? "--format csv --delimiter tab" : null;
	}

}
