package io.eardrum.web.reply;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

import io.eardrum.budget.RequestBudget;

/**
 * The content of a body, counted as it is unpacked, and as work of its request.
 */
final class BoundedContent extends FilterInputStream {

	/** What it takes to read a point from its bytes, for each of them. */
	private static final int PARSING = 2;

	private final RequestBody.Bound bound;

	private final RequestBudget budget;

	private long count;

	BoundedContent(InputStream content, RequestBody.Bound bound, RequestBudget budget) {
		super(content);
		this.bound = bound;
		this.budget = budget;
	}

	@Override
	public int read() throws IOException {
		byte[] one = new byte[1];
		return (read(one, 0, 1) == 1) ? one[0] & 0xFF : -1;
	}

	@Override
	public int read(byte[] target, int offset, int length) throws IOException {
		int read = super.read(target, offset, length);
		this.count += Math.max(0, read);
		this.bound.check(this.count);
		this.budget.work(PARSING * (long) Math.max(0, read));
		return read;
	}

}
