package io.eardrum.web.reply;

import java.io.IOException;
import java.io.InputStream;

import org.apache.coyote.CloseNowException;
import org.springframework.http.HttpStatus;

/**
 * The body of a request, whose sender is given up if it is too slow or breaks off.
 */
final class RequestBody extends InputStream {

	private final InputStream source;

	private final Pace pace;

	RequestBody(InputStream source, Pace pace) {
		this.source = source;
		this.pace = pace;
	}

	@Override
	public int read() throws IOException {
		byte[] one = new byte[1];
		return (read(one, 0, 1) == 1) ? one[0] & 0xFF : -1;
	}

	@Override
	public int read(byte[] target, int offset, int length) throws IOException {
		this.pace.start();
		int count = this.source.read(target, offset, length);
		try {
			this.pace.stop(Math.max(count, 0));
		}
		catch (CloseNowException ex) {
			throw new RequestProblem(HttpStatus.REQUEST_TIMEOUT, "The body of the request comes too slowly.");
		}
		return count;
	}

}
