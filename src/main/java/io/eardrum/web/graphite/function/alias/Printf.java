package io.eardrum.web.graphite.function.alias;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.eardrum.web.graphite.query.NumberText;

/**
 * A text with one place for a number, as Python formats it: {@code Channel %d}. The
 * conversions are d, i, f, g and s, with a width and flags; f may have a precision.
 */
final class Printf {

	private static final Pattern PLACE = Pattern.compile("%(?:%|([-+ 0]*)(\\d{0,3})(?:([digs])|(?:\\.(\\d{1,2}))?f))");

	private static final int DEFAULT_DIGITS = 6;

	private final String text;

	private Printf(String text) {
		this.text = text;
	}

	/**
	 * Reads a text.
	 * @param text the text
	 * @return the format, or {@code null} if the text has not exactly one place for a
	 * number
	 */
	static @Nullable Printf of(String text) {
		long places = PLACE.matcher(text).results().filter((place) -> !place.group().equals("%%")).count();
		return (places == 1 && PLACE.matcher(text).replaceAll("").indexOf('%') < 0) ? new Printf(text) : null;
	}

	/**
	 * Puts a number in its place.
	 * @param value the number
	 * @return the text with the number
	 */
	String format(double value) {
		return PLACE.matcher(this.text)
			.replaceAll(
					(place) -> Matcher.quoteReplacement(place.group().equals("%%") ? "%" : formatted(place, value)));
	}

	private static String formatted(MatchResult place, double value) {
		String flags = place.group(1);
		String number = number(place.group(3), place.group(4), value);
		String sign = number.startsWith("-") ? "-" : flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
		String digits = number.startsWith("-") ? number.substring(1) : number;
		int width = place.group(2).isEmpty() ? 0 : Integer.parseInt(place.group(2));
		int missing = Math.max(0, width - sign.length() - digits.length());
		if (flags.contains("-")) {
			return sign + digits + " ".repeat(missing);
		}
		return flags.contains("0") ? sign + "0".repeat(missing) + digits : " ".repeat(missing) + sign + digits;
	}

	private static String number(@Nullable String type, @Nullable String digits, double value) {
		if (type == null) {
			return fixed(value, (digits != null) ? Integer.parseInt(digits) : DEFAULT_DIGITS);
		}
		return switch (type) {
			case "g" -> NumberText.brief(value);
			case "s" -> NumberText.exact(value);
			default -> fixed((value > 0) ? Math.floor(value) : Math.ceil(value), 0);
		};
	}

	/**
	 * Writes a number with a fixed number of digits after the point. A half is rounded to
	 * its even neighbour.
	 * @param value the number
	 * @param digits how many digits there are after the point
	 * @return the text
	 */
	static String fixed(double value, int digits) {
		return Double.isFinite(value) ? new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).toPlainString()
				: NumberText.exact(value);
	}

}
