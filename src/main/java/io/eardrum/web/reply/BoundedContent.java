package io.eardrum.web.reply;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The content of a body, counted as it is unpacked.
 */
final class BoundedContent extends FilterInputStream {

	private final RequestBody.Bound bound;

	private long count;

	BoundedContent(InputStream content, RequestBody.Bound bound) {
		super(content);
		this.bound = bound;
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
		return read;
	}

}
