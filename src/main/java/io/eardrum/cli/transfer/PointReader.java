package io.eardrum.cli.transfer;

import java.io.IOException;

/**
 * Reads points in one of the formats that can be imported. Used by one thread.
 */
public interface PointReader {

	/**
	 * Reads the next record, of one line or more.
	 * @param lines the lines; afterwards, the last line that was read is the last one of
	 * the record
	 * @param record gets what the record contains; it is empty before
	 * @return whether there was a record
	 * @throws IOException if the lines can't be read, or are not in this format at all;
	 * the message says why
	 */
	boolean next(LineSource lines, PointRecord record) throws IOException;

}
