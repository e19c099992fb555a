package io.eardrum.protocol;

/**
 * Makes text from clients safe to show. A character that a terminal would obey, or would
 * not show at all, is written as a backslash and {@code u{1b}}. These are control
 * characters (C0, DEL and C1), marks that change the direction of text, and all
 * characters without a width, so that two different keys also look different.
 * <p>
 * Any thread may call its methods.
 */
public final class PrintableText {

	private PrintableText() {
	}

	/**
	 * Returns text that may be shown.
	 * @param text any text
	 * @return the same text, with escapes for what can't be shown
	 */
	public static String of(String text) {
		return of(text, Integer.MAX_VALUE);
	}

	/**
	 * Returns text that may be shown, and that ends with an ellipsis if it was too long.
	 * @param text any text
	 * @param maxLength the maximum number of characters of the result, without the
	 * ellipsis
	 * @return the text
	 */
	public static String of(String text, int maxLength) {
		if (text.length() <= maxLength && text.codePoints().allMatch(PrintableText::isShown)) {
			return text;
		}
		StringBuilder shown = new StringBuilder();
		for (int i = 0; i < text.length();) {
			int codePoint = text.codePointAt(i);
			int before = shown.length();
			if (isShown(codePoint)) {
				shown.appendCodePoint(codePoint);
			}
			else {
				shown.append("\\u{").append(Integer.toHexString(codePoint)).append('}');
			}
			if (shown.length() > maxLength) {
				shown.setLength(before);
				return shown.append('…').toString();
			}
			i += Character.charCount(codePoint);
		}
		return shown.toString();
	}

	/**
	 * Returns whether a terminal shows a character and does nothing else with it.
	 * @param codePoint the character
	 * @return whether it may be shown as it is
	 */
	public static boolean isShown(int codePoint) {
		if (codePoint < 0x7F) {
			return codePoint >= ' ';
		}
		return switch (Character.getType(codePoint)) {
			case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
					Character.PARAGRAPH_SEPARATOR ->
				false;
			default -> !isIgnorable(codePoint);
		};
	}

	// Characters that Unicode calls ignorable by default, and that are in none of the
	// categories above: joiners, fillers, variation selectors, and the plane of tags.
	private static boolean isIgnorable(int codePoint) {
		return switch (codePoint) {
			case 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0 -> true;
			default -> (codePoint >= 0x180B && codePoint <= 0x180F) || (codePoint >= 0xFE00 && codePoint <= 0xFE0F)
					|| (codePoint >= 0xFFF0 && codePoint <= 0xFFF8) || (codePoint >= 0xE0000 && codePoint <= 0xE0FFF);
		};
	}

}
