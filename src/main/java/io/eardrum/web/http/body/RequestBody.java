package io.eardrum.web.http.body;

import java.io.IOException;
import java.io.InputStream;

import org.apache.coyote.CloseNowException;
import org.springframework.http.HttpStatus;

import io.eardrum.web.http.problem.RequestProblem;

/**
 * The body of a request, whose sender is given up if it is too slow or breaks off, or if
 * the body is too long.
 */
public final class RequestBody extends BodyStream {

	private final InputStream source;

	private final MinimumDataRate rate;

	private final Bound bound;

	private long count;

	/**
	 * Creates a body.
	 * @param source where it comes from
	 * @param rate how slowly it may come
	 * @param bound is asked with the bytes that have come so far
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
	 * What a body may take.
	 */
	@FunctionalInterface
	public interface Bound {

		/** None but the rate. */
		Bound NONE = (bytes) -> {
		};

		/**
		 * Looks whether a body may go on.
		 * @param bytes how many bytes have come
		 * @throws RequestProblem if it may not
		 */
		void check(long bytes);

	}

}
