package io.eardrum.protocol;

/**
 * Which commands a session knows besides {@code put} and {@code get}. They are words that
 * no old client sends.
 *
 * @param enabled whether {@code keys}, {@code last}, {@code range}, {@code help} and
 * {@code quit} are commands
 * @param delete whether {@code delete} is one too
 */
public record FurtherWords(boolean enabled, boolean delete) {

	/**
	 * No further words.
	 */
	public static final FurtherWords NONE = new FurtherWords(false, false);

	/**
	 * All further words.
	 */
	public static final FurtherWords ALL = new FurtherWords(true, true);

	public FurtherWords {
		delete = delete && enabled;
	}

}
