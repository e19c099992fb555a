package io.eardrum.web.http;

import java.io.IOException;
import java.io.InputStream;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import io.eardrum.budget.RequestBudget;
import io.eardrum.web.http.admission.RequestMemory;
import io.eardrum.web.http.admission.Visit;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * A request and its reply.
 */
public final class Exchange {

	private final HttpServletRequest request;

	private final HttpServletResponse response;

	private final Visit visit;

	Exchange(HttpServletRequest request, HttpServletResponse response, Visit visit) {
		this.request = request;
		this.response = response;
		this.visit = visit;
	}

	/**
	 * Returns the time and the work that the request may take. Whoever works for it tells
	 * so there.
	 * @return the budget, for the thread of the request
	 */
	public RequestBudget budget() {
		return this.visit.budget();
	}

	/**
	 * Returns what keeps account of the memory that the request has reserved.
	 * @return the memory, for the thread of the request
	 */
	public RequestMemory memory() {
		return this.visit.memory();
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
	 * Returns the body of the request, which is read, and decompressed, as it comes.
	 * @return the body, to be closed
	 * @throws RequestProblem if it is compressed in a way that is not known
	 * @throws IOException if it can't be read
	 */
	public InputStream body() throws IOException {
		return this.visit.body(this.request);
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
			TextReply text = new TextReply(this.response.getOutputStream(), this.visit.replyRate());
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
		void write(TextReply text) throws IOException;

	}

}
