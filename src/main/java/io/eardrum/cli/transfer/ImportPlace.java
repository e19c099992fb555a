package io.eardrum.cli.transfer;

/**
 * A place in a text, between two lines, and what is before it. A text that has the same
 * there can be gone on with, whatever has become of its file; another one can't.
 *
 * @param lines how many lines are before it, each with its end
 * @param bytes how many bytes they have, uncompressed and without a byte order mark
 * @param checksum the CRC-32C of these bytes; 0 if it isn't kept
 */
public record ImportPlace(long lines, long bytes, long checksum) {

	/**
	 * The start of every text.
	 */
	public static final ImportPlace START = new ImportPlace(0, 0, 0);

}
