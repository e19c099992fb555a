package io.eardrum.cli.argument;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses a number of bytes as people write it: {@code 500000}, {@code 64KB},
 * {@code 256MB}, {@code 10GB}, {@code 1TB}, where each unit is 1024 times the one before
 * it.
 */
public final class ByteCount {

	private static final Pattern TEXT = Pattern.compile("(\\d{1,15})([KMGT]B?|B)?", Pattern.CASE_INSENSITIVE);

	private ByteCount() {
	}

	/**
	 * Parses a number of bytes.
	 * @param option the name of the option, for the message
	 * @param text the text
	 * @return the number
	 * @throws IllegalArgumentException if it is not a number of bytes
	 */
	public static long parse(String option, String text) {
		Matcher matcher = TEXT.matcher(text);
		if (matcher.matches()) {
			String unit = (matcher.group(2) != null) ? matcher.group(2) : "B";
			int power = "BKMGT".indexOf(Character.toUpperCase(unit.charAt(0)));
			try {
				return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << (10 * power));
			}
			catch (ArithmeticException ex) {
				// The exception below says so.
			}
		}
		throw new IllegalArgumentException(
				option + " takes a number of bytes, such as 500000, 256MB or 10GB, not '" + text + "'");
	}

}
