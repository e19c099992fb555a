package io.eardrum.web.http.body;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

import io.eardrum.web.http.problem.RequestProblem;

/**
 * A request with a small body that has been read completely, for code that does not limit
 * how slowly a body may arrive. For one thread.
 */
public final class BufferedRequest extends HttpServletRequestWrapper {

	private final byte[] body;

	private BufferedRequest(HttpServletRequest request, byte[] body) {
		super(request);
		this.body = body;
	}

	/**
	 * Reads the body of a request.
	 * @param request a request whose body has not been read
	 * @param maxBytes how many bytes of the body are accepted
	 * @return the request with the decompressed body
	 * @throws RequestProblem if the body arrives too slowly, is too long after
	 * decompression, or can't be decompressed
	 * @throws IOException if the body can't be read
	 */
	public static BufferedRequest read(HttpServletRequest request, int maxBytes) throws IOException {
		ContentCoding coding = ContentCoding.of(request);
		try (InputStream body = coding.decode(new RequestBody(request.getInputStream(),
				new MinimumDataRate(System::nanoTime), RequestBody.Bound.NONE))) {
			byte[] bytes = body.readNBytes(maxBytes);
			if (coding != ContentCoding.IDENTITY && body.read() >= 0) {
				throw new RequestProblem(HttpStatus.CONTENT_TOO_LARGE,
						"A body has " + maxBytes + " bytes at most here.");
			}
			return new BufferedRequest(request, bytes);
		}
	}

	/**
	 * Returns the body.
	 * @return its bytes, which must not be changed
	 */
	public byte[] body() {
		return this.body;
	}

	@Override
	public int getContentLength() {
		return this.body.length;
	}

	@Override
	public long getContentLengthLong() {
		return this.body.length;
	}

	@Override
	public @Nullable String getHeader(String name) {
		if (name.equalsIgnoreCase(HttpHeaders.CONTENT_ENCODING)) {
			return null;
		}
		return name.equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH) ? String.valueOf(this.body.length)
				: super.getHeader(name);
	}

	@Override
	public Enumeration<String> getHeaders(String name) {
		if (name.equalsIgnoreCase(HttpHeaders.CONTENT_ENCODING)) {
			return Collections.emptyEnumeration();
		}
		return name.equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH)
				? Collections.enumeration(List.of(String.valueOf(this.body.length))) : super.getHeaders(name);
	}

	@Override
	public ServletInputStream getInputStream() {
		return new Bytes(new ByteArrayInputStream(this.body));
	}

	@Override
	public BufferedReader getReader() {
		return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
	}

	/**
	 * The buffered bytes as a stream of the servlet API.
	 */
	private static final class Bytes extends ServletInputStream {

		private final ByteArrayInputStream source;

		Bytes(ByteArrayInputStream source) {
			this.source = source;
		}

		@Override
		public boolean isFinished() {
			return this.source.available() == 0;
		}

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public void setReadListener(ReadListener listener) {
			throw new IllegalStateException("This body has already been read");
		}

		@Override
		public int read() {
			return this.source.read();
		}

		@Override
		public int read(byte[] target, int offset, int length) {
			return this.source.read(target, offset, length);
		}

	}

}
