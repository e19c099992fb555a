package io.eardrum.web.connector;

import java.io.IOException;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.jspecify.annotations.Nullable;

/**
 * An answer that reports to its connection how the client takes it. For the thread of its
 * request.
 */
public final class PacedResponse extends HttpServletResponseWrapper {

	private final HttpConnection connection;

	private final Runnable beforeWrite;

	private @Nullable ServletOutputStream output;

	/**
	 * Creates an answer.
	 * @param response the answer of the container
	 * @param connection the connection that it goes over
	 * @param beforeWrite called before a part of the answer is written, because the write
	 * may have to wait for the client
	 */
	public PacedResponse(HttpServletResponse response, HttpConnection connection, Runnable beforeWrite) {
		super(response);
		this.connection = connection;
		this.beforeWrite = beforeWrite;
	}

	private void beginWrite() {
		this.beforeWrite.run();
		this.connection.beginWrite();
	}

	@Override
	public ServletOutputStream getOutputStream() throws IOException {
		ServletOutputStream current = this.output;
		if (current == null) {
			current = new PacedOutput(super.getOutputStream());
			this.output = current;
		}
		return current;
	}

	@Override
	public void flushBuffer() throws IOException {
		beginWrite();
		try {
			super.flushBuffer();
		}
		finally {
			this.connection.endWrite(0);
		}
	}

	private final class PacedOutput extends ServletOutputStream {

		private final ServletOutputStream container;

		PacedOutput(ServletOutputStream container) {
			this.container = container;
		}

		@Override
		public void write(int value) throws IOException {
			write(new byte[] { (byte) value }, 0, 1);
		}

		@Override
		public void write(byte[] source, int offset, int length) throws IOException {
			beginWrite();
			try {
				this.container.write(source, offset, length);
			}
			finally {
				PacedResponse.this.connection.endWrite(length);
			}
		}

		@Override
		public void flush() throws IOException {
			beginWrite();
			try {
				this.container.flush();
			}
			finally {
				PacedResponse.this.connection.endWrite(0);
			}
		}

		@Override
		public void close() throws IOException {
			beginWrite();
			try {
				this.container.close();
			}
			finally {
				PacedResponse.this.connection.endWrite(0);
			}
		}

		@Override
		public boolean isReady() {
			return this.container.isReady();
		}

		@Override
		public void setWriteListener(WriteListener listener) {
			this.container.setWriteListener(listener);
		}

	}

}
