package io.eardrum.cli.transfer;

/**
 * A place in a text, between two lines, and what comes before it. An import can go on
 * from this place in any text that has the same content before it, even if the file has
 * changed otherwise; it can't in a text with other content there.
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
