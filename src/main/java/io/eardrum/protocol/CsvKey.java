package io.eardrum.protocol;

/**
 * Writes keys into CSV (RFC 4180) in such a way that no spreadsheet takes them for
 * formulas.
 * <p>
 * A key that begins with {@code =}, {@code +}, {@code -}, {@code @} (or the full-width
 * form of one of these), a tab, a carriage return or an apostrophe gets an apostrophe in
 * front. To get the key back, a reader of the file removes one apostrophe from a field
 * that begins with one. A key with a comma, a semicolon (which separates columns in some
 * countries), a quotation mark or a line end is put in quotation marks.
 * <p>
 * Any thread may call its methods.
 */
public final class CsvKey {

	private static final String FORMULA_STARTS = "=+-@\t\r'\uFF1D\uFF0B\uFF0D\uFF20";

	private CsvKey() {
	}

	/**
	 * Returns a key as it is written in CSV.
	 * @param key the key
	 * @return the field, with quotation marks if it needs them
	 */
	public static String of(String key) {
		String text = (!key.isEmpty() && FORMULA_STARTS.indexOf(key.charAt(0)) >= 0) ? "'" + key : key;
		return needsQuotes(text) ? "\"" + text.replace("\"", "\"\"") + "\"" : text;
	}

	/**
	 * Returns the key that a field stands for. An apostrophe is removed only where
	 * {@link #of} would have put it.
	 * @param field the field, without quotation marks around it
	 * @return the key
	 */
	public static String read(String field) {
		boolean isEscaped = field.length() > 1 && field.charAt(0) == '\''
				&& FORMULA_STARTS.indexOf(field.charAt(1)) >= 0;
		return isEscaped ? field.substring(1) : field;
	}

	/**
	 * Returns whether a key gets an apostrophe in front.
	 * @param key its bytes in UTF-8, from the beginning of the array
	 * @param length how many bytes it has
	 * @return whether it begins like a formula, or with an apostrophe
	 */
	public static boolean looksLikeFormula(byte[] key, int length) {
		if (length == 0) {
			return false;
		}
		if (key[0] >= 0) {
			return FORMULA_STARTS.indexOf(key[0]) >= 0;
		}
		// U+FF00 to U+FF3F begin with these two bytes.
		return length >= 3 && key[0] == (byte) 0xEF && key[1] == (byte) 0xBC
				&& FORMULA_STARTS.indexOf(0xFF00 | (key[2] & 0x3F)) >= 0;
	}

	private static boolean needsQuotes(String text) {
		for (int i = 0; i < text.length(); i++) {
			switch (text.charAt(i)) {
				case ',', ';', '"', '\t', '\r', '\n' -> {
					return true;
				}
				default -> {
					// As it is.
				}
			}
		}
		return false;
	}

}
