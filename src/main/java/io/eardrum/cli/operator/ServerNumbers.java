package io.eardrum.cli.operator;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.eardrum.protocol.PrintableText;

/**
 * What a server says of itself: numbers and texts by name. Immutable.
 */
final class ServerNumbers {

	private static final String[] UNITS = { "", " k", " M", " G", " T", " P", " E" };

	private static final int STEP = 1000;

	private final Map<String, String> values = new LinkedHashMap<>();

	private ServerNumbers() {
	}

	/**
	 * Reads the answer of a server.
	 * @param csv lines with a name, a comma, and a value
	 * @return the values
	 */
	static ServerNumbers parse(String csv) {
		ServerNumbers numbers = new ServerNumbers();
		csv.lines().map((line) -> line.split(",", 2)).forEach((words) -> {
			if (words.length == 2) {
				String text = words[1];
				boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
				numbers.values.put(words[0],
						quoted ? text.substring(1, text.length() - 1).replace("\"\"", "\"") : text);
			}
		});
		return numbers;
	}

	/**
	 * Describes these numbers.
	 * @param before the numbers of a moment ago
	 * @param url where the server is
	 * @return some lines
	 */
	String since(ServerNumbers before, String url) {
		StringBuilder text = new StringBuilder();
		line(text, "server", text("version", "?") + " at " + url + ", up for " + age(number("uptimeSeconds")));
		line(text, "points put", rate("pointsPut", before));
		if (number("pointsRefused") > 0) {
			line(text, "refused", rate("pointsRefused", before));
		}
		line(text, "points read", rate("pointsReturned", before));
		line(text, "commands", rate("commandsServed", before) + "; failed: " + rate("commandsFailed", before));
		line(text, "clients", text("clients", "?") + " of " + text("clientsLimit", "?"));
		String ahead = text("seriesAhead", "0");
		line(text, "series",
				text("series", "unknown") + (ahead.equals("0") ? "" : ", " + ahead + " of them ahead of the clock"));
		line(text, "store", store());
		if (this.values.containsKey("diskBytes")) {
			line(text, "disk", amount(number("diskBytes")) + "B used, " + amount(number("diskFreeBytes")) + "B free");
		}
		String checkpoint = this.values.get("lastCheckpoint");
		if (checkpoint != null) {
			line(text, "checkpoint", ago(checkpoint));
		}
		if (this.values.containsKey("backupsFailed")) {
			line(text, "backup", backup());
		}
		return text.toString();
	}

	private static void line(StringBuilder text, String name, String value) {
		text.append(name).append(" ".repeat(13 - name.length())).append(PrintableText.of(value)).append('\n');
	}

	private String store() {
		String problem = this.values.get("storageProblem");
		String damaged = text("damagedFiles", "0");
		return text("storageEngine", "?")
				+ (text("storageWritable", "").equals("true") ? ", takes points" : ", takes no points")
				+ ((problem != null) ? ": " + problem : "")
				+ (damaged.equals("0") ? "" : ", " + damaged + " damaged files");
	}

	private String backup() {
		String last = this.values.get("lastBackup");
		String failed = text("backupsFailed", "0");
		return ((last != null) ? ago(last) + ", " + amount(number("lastBackupBytes")) + "B" : "none known")
				+ (failed.equals("0") ? "" : "; " + failed + " failed since the start");
	}

	private String rate(String name, ServerNumbers before) {
		double seconds = number("uptimeSeconds") - before.number("uptimeSeconds");
		double counted = number(name) - before.number(name);
		// A server that was started anew counts from zero.
		boolean known = seconds > 0 && counted >= 0;
		return amount(known ? counted / seconds : 0).strip() + "/s, " + amount(number(name)).strip()
				+ " since the start";
	}

	private String ago(String time) {
		try {
			Instant now = Instant.parse(text("time", ""));
			return age(Duration.between(Instant.parse(time), now).toMillis() / 1000.0) + " ago";
		}
		catch (DateTimeParseException ex) {
			return time;
		}
	}

	private static String age(double seconds) {
		long whole = (long) Math.max(0, seconds);
		if (whole < 60) {
			return whole + " s";
		}
		if (whole < 3600) {
			return whole / 60 + " min " + whole % 60 + " s";
		}
		return (whole < 86_400) ? whole / 3600 + " h " + whole / 60 % 60 + " min"
				: whole / 86_400 + " d " + whole / 3600 % 24 + " h";
	}

	// Three digits, and a unit of SI.
	private static String amount(double value) {
		double left = value;
		int unit = 0;
		while (left >= STEP - 0.5 && unit < UNITS.length - 1) {
			left /= STEP;
			unit++;
		}
		int digits = (unit == 0 && left == Math.rint(left)) ? 0 : (left < 9.995) ? 2 : (left < 99.95) ? 1 : 0;
		String number = String.format(Locale.ROOT, "%." + digits + "f", left);
		return number + (UNITS[unit].isEmpty() ? " " : UNITS[unit]);
	}

	private String text(String name, String otherwise) {
		return this.values.getOrDefault(name, otherwise);
	}

	private double number(String name) {
		@Nullable String text = this.values.get(name);
		try {
			return (text != null) ? Double.parseDouble(text) : 0;
		}
		catch (NumberFormatException ex) {
			return 0;
		}
	}

}
