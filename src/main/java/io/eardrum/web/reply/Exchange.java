package io.eardrum.web.reply;

import java.io.IOException;
import java.io.InputStream;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * A request and its reply.
 */
public final class Exchange {

	private final HttpServletRequest request;

	private final HttpServletResponse response;

	Exchange(HttpServletRequest request, HttpServletResponse response) {
		this.request = request;
		this.response = response;
	}

	/**
	 * Returns a header of the request.
	 * @param name its name
	 * @return the header, or {@code null} if it is missing
	 */
	public @Nullable String header(String name) {
		return this.request.getHeader(name);
	}

	/**
	 * Returns the last part of the path of the request: what is behind its last slash.
	 * @return the part, decoded
	 */
	public String lastPathSegment() {
		String path = this.request.getServletPath();
		return path.substring(path.lastIndexOf('/') + 1);
	}

	/**
	 * Returns the body of the request, which is read as it comes.
	 * @return the body
	 * @throws IOException if it can't be read
	 */
	public InputStream body() throws IOException {
		return new RequestBody(this.request.getInputStream(), new Pace(System::nanoTime));
	}

	/**
	 * Streams the reply. What fails before anything has left becomes problem details;
	 * what fails later breaks the connection, so that nobody takes a part for the whole.
	 * @param contentType the type of the reply
	 * @param writer writes it; not called for a HEAD request
	 * @throws IOException if it can't be sent, or the writer throws it
	 */
	public void reply(String contentType, Writer writer) throws IOException {
		this.response.setContentType(contentType);
		if (!this.request.getMethod().equals("HEAD")) {
			ReplyText text = new ReplyText(this.response.getOutputStream(), new Pace(System::nanoTime));
			writer.write(text);
			text.flush();
		}
	}

	/**
	 * Writes a reply.
	 */
	@FunctionalInterface
	public interface Writer {

		/**
		 * Writes all of it.
		 * @param text takes it
		 * @throws IOException if it can't be sent
		 */
		void write(ReplyText text) throws IOException;

	}

}
