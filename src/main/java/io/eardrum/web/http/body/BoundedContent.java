package io.eardrum.web.http.body;

import java.io.IOException;
import java.io.InputStream;

import io.eardrum.budget.RequestBudget;

/**
 * The content of a body. Its decompressed bytes are counted against a bound, and as work
 * of the request.
 */
public final class BoundedContent extends BodyStream {

	/** The work to parse one byte of a point. */
	private static final int PARSING = 2;

	private final InputStream content;

	private final RequestBody.Bound bound;

	private final RequestBudget budget;

	private long count;

	/**
	 * Creates a bounded content.
	 * @param content the content of a body
	 * @param bound checks the number of bytes that have been read so far
	 * @param budget the budget of the request
	 */
	public BoundedContent(InputStream content, RequestBody.Bound bound, RequestBudget budget) {
		this.content = content;
		this.bound = bound;
		this.budget = budget;
	}

	@Override
	public int read(byte[] target, int offset, int length) throws IOException {
		int read = this.content.read(target, offset, length);
		this.count += Math.max(0, read);
		this.bound.check(this.count);
		this.budget.work(PARSING * (long) Math.max(0, read));
		return read;
	}

	@Override
	public void close() throws IOException {
		this.content.close();
	}

}
