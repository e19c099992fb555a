package io.eardrum.web.http.body;

import java.io.IOException;
import java.io.InputStream;

import org.apache.coyote.CloseNowException;
import org.springframework.http.HttpStatus;

import io.eardrum.web.http.problem.RequestProblem;

/**
 * The body of a request. Reading fails if the sender is too slow or breaks off, or if the
 * body is too long.
 */
public final class RequestBody extends BodyStream {

	private final InputStream source;

	private final MinimumDataRate rate;

	private final Bound bound;

	private long count;

	/**
	 * Creates a body.
	 * @param source the bytes of the body
	 * @param rate how slowly they may arrive
	 * @param bound checks the number of bytes that have arrived so far
	 */
	public RequestBody(InputStream source, MinimumDataRate rate, Bound bound) {
		this.source = source;
		this.rate = rate;
		this.bound = bound;
	}

	@Override
	public int read(byte[] target, int offset, int length) throws IOException {
		this.rate.start();
		int read = 0;
		try {
			read = Math.max(0, this.source.read(target, offset, length));
		}
		finally {
			stop(read);
		}
		this.count += read;
		this.bound.check(this.count);
		return (read > 0 || length == 0) ? read : -1;
	}

	private void stop(int read) {
		try {
			this.rate.stop(read);
		}
		catch (CloseNowException ex) {
			throw new RequestProblem(HttpStatus.REQUEST_TIMEOUT,
					"The body of the request comes too slowly (eardrum.requests.min-rate).");
		}
	}

	/**
	 * Limits how many bytes a body may have and how long it may take.
	 */
	@FunctionalInterface
	public interface Bound {

		/** No bound besides the rate. */
		Bound NONE = (bytes) -> {
		};

		/**
		 * Checks whether a body may continue.
		 * @param bytes how many bytes have arrived
		 * @throws RequestProblem if it may not
		 */
		void check(long bytes);

	}

}
