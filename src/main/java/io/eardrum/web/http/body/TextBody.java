package io.eardrum.web.http.body;

import java.io.IOException;
import java.io.InputStream;

import org.springframework.http.HttpStatus;

import io.eardrum.web.http.problem.RequestProblem;

/**
 * The content of a body that is text: lines, JSON or a form. Content that begins like
 * gzip data is refused as such. Otherwise it would be refused line by line, with reasons
 * that do not help its sender.
 */
final class TextBody extends BodyStream {

	private static final int MAGIC_1 = 0x1F;

	private static final int MAGIC_2 = 0x8B;

	private final InputStream content;

	private final String problem;

	private int first = -1;

	private boolean checked;

	/**
	 * Creates the content of a text body.
	 * @param content the content
	 * @param problem the message if it is gzip data
	 */
	TextBody(InputStream content, String problem) {
		this.content = content;
		this.problem = problem;
	}

	@Override
	public int read(byte[] target, int offset, int length) throws IOException {
		int count = this.content.read(target, offset, length);
		for (int i = 0; i < count && !this.checked; i++) {
			check(target[offset + i] & 0xFF);
		}
		return count;
	}

	private void check(int next) {
		if (this.first < 0) {
			this.first = next;
			return;
		}
		this.checked = true;
		if (this.first == MAGIC_1 && next == MAGIC_2) {
			throw new RequestProblem(HttpStatus.UNSUPPORTED_MEDIA_TYPE, this.problem);
		}
	}

	@Override
	public void close() throws IOException {
		this.content.close();
	}

}
