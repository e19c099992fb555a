package io.eardrum.cli.load;

import java.io.Closeable;
import java.io.IOException;

/**
 * The load of one thread, over one connection or several.
 */
interface Load extends Closeable {

	/**
	 * Puts points until a measurement is over, and then waits for the replies that are
	 * still missing.
	 * @param measurement counts the points
	 * @throws IOException if the connection fails or a reply isn't {@code ok}
	 */
	void run(Measurement measurement) throws IOException;

}
