package io.eardrum.web.graphite.step;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Reads Graphite's {@code storage-schemas.conf}. Each section has a regular expression
 * for keys, and retentions, the first of which says the step. The first section that
 * matches applies.
 */
final class StorageSchemas {

	private static final long MAX_BYTES = 1024 * 1024;

	private static final java.util.regex.Pattern RETENTION = java.util.regex.Pattern
		.compile("(\\d{1,8})([smhdwy]?)[a-z]*:\\d.*");

	private static final Map<String, Long> UNITS = Map.of("", 1L, "s", 1L, "m", 60L, "h", 3600L, "d", 86_400L, "w",
			604_800L, "y", 31_536_000L);

	private final List<StepRule> rules = new ArrayList<>();

	private @Nullable String section;

	private @Nullable Pattern pattern;

	private long step;

	private StorageSchemas() {
	}

	/**
	 * Reads a file.
	 * @param file the file
	 * @return a rule for each section, in their order
	 * @throws IOException if it can't be read
	 * @throws IllegalArgumentException if something in it is wrong; the message is a
	 * sentence that says where
	 */
	static List<StepRule> read(Path file) throws IOException {
		if (Files.size(file) > MAX_BYTES) {
			throw new IllegalArgumentException("It has more than " + MAX_BYTES + " bytes.");
		}
		StorageSchemas schemas = new StorageSchemas();
		int number = 0;
		for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
			number++;
			try {
				schemas.line(line.strip());
			}
			catch (IllegalArgumentException ex) {
				throw new IllegalArgumentException("Line " + number + " is wrong: " + ex.getMessage() + ".", ex);
			}
		}
		schemas.endSection();
		return schemas.rules;
	}

	private void line(String line) {
		if (line.isEmpty() || line.startsWith("#") || line.startsWith(";")) {
			return;
		}
		if (line.startsWith("[") && line.endsWith("]")) {
			endSection();
			this.section = line.substring(1, line.length() - 1);
			return;
		}
		int equals = line.indexOf('=');
		if (equals < 0 || this.section == null) {
			throw new IllegalArgumentException("it is neither [a name] nor a setting below one");
		}
		String value = line.substring(equals + 1).strip();
		switch (line.substring(0, equals).strip()) {
			case "pattern" -> this.pattern = pattern(value);
			case "retentions" -> this.step = step(value);
			default -> {
				// Settings for Carbon alone, such as priority.
			}
		}
	}

	private static Pattern pattern(String regex) {
		try {
			return Pattern.compile(regex);
		}
		catch (PatternSyntaxException ex) {
			throw new IllegalArgumentException("'" + regex + "' is not a regular expression that is understood here ("
					+ ex.getDescription() + "); there are no lookarounds and no references to groups", ex);
		}
	}

	private static long step(String retentions) {
		Matcher first = RETENTION.matcher(retentions);
		long seconds = first.matches() ? Long.parseLong(first.group(1)) * UNITS.getOrDefault(first.group(2), 0L) : 0;
		if (seconds <= 0) {
			throw new IllegalArgumentException("'" + retentions + "' are not retentions such as 10s:6h,1m:7d");
		}
		return seconds;
	}

	private void endSection() {
		if (this.section == null) {
			return;
		}
		Pattern regex = this.pattern;
		if (regex == null || this.step == 0) {
			throw new IllegalArgumentException("[" + this.section + "] has no pattern or no retentions");
		}
		int size = regex.programSize();
		this.rules.add(new StepRule((key) -> regex.matcher(key.toString()).find(), (key) -> (long) key.length() * size,
				this.step));
		this.pattern = null;
		this.step = 0;
	}

}
