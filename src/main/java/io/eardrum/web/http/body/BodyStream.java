package io.eardrum.web.http.body;

import java.io.IOException;
import java.io.InputStream;

/**
 * A body, or its content, which is read many bytes at a time.
 */
abstract class BodyStream extends InputStream {

	@Override
	public final int read() throws IOException {
		byte[] one = new byte[1];
		return (read(one, 0, 1) == 1) ? one[0] & 0xFF : -1;
	}

	@Override
	public abstract int read(byte[] target, int offset, int length) throws IOException;

}
