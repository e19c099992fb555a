package io.eardrum.web.reply;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/**
 * A request with a small body that has been read as a whole, for what reads bodies
 * without an eye on how slowly they come. For one thread.
 */
public final class RequestWithBody extends HttpServletRequestWrapper {

	private final byte[] body;

	private RequestWithBody(HttpServletRequest request, byte[] body) {
		super(request);
		this.body = body;
	}

	/**
	 * Reads the body of a request.
	 * @param request a request whose body has not been read
	 * @param maxBytes how many bytes of it are taken
	 * @return the request with them
	 * @throws RequestProblem if they come too slowly
	 * @throws IOException if they can't be read
	 */
	public static RequestWithBody read(HttpServletRequest request, int maxBytes) throws IOException {
		return new RequestWithBody(request,
				new RequestBody(request.getInputStream(), new Pace(System::nanoTime)).readNBytes(maxBytes));
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
	 * The bytes as the container gives them.
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
			throw new IllegalStateException("All of this body is there");
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
