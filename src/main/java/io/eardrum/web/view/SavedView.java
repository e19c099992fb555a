package io.eardrum.web.view;

import java.time.Instant;
import java.util.regex.Pattern;

/**
 * A view of the page that has a name.
 *
 * @param name the name: 1 to 100 letters of any script, digits, blanks, '.', '_' and '-',
 * of which the first one is a letter or digit, and the last one is not a blank
 * @param address what follows the # in the page's address, of visible ASCII characters
 * @param saved when it was saved
 */
record SavedView(String name, String address, Instant saved) {

	/** The maximum length of an address, in characters. */
	static final int MAX_ADDRESS = 16 * 1024;

	/** The maximum length of a name, in characters. */
	static final int MAX_NAME = 100;

	private static final Pattern NAME = Pattern
		.compile("[\\p{L}\\p{N}]([\\p{L}\\p{M}\\p{N} ._-]*[\\p{L}\\p{M}\\p{N}._-])?");

	private static final Pattern ADDRESS = Pattern.compile("[!-~]{1," + MAX_ADDRESS + "}");

	/**
	 * Returns whether a text may be the name of a view.
	 * @param text the text
	 * @return whether it is allowed
	 */
	static boolean isName(String text) {
		return text.length() <= MAX_NAME && NAME.matcher(text).matches();
	}

	/**
	 * Returns whether a text may be the address of a view.
	 * @param text the text
	 * @return whether it is allowed
	 */
	static boolean isAddress(String text) {
		return ADDRESS.matcher(text).matches();
	}

}
