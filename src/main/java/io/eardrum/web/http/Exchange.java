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
	 * Returns the time and the work that the request may take. Code that works for the
	 * request records the work there.
	 * @return the budget, for the thread of the request
	 */
	public RequestBudget budget() {
		return this.visit.budget();
	}

	/**
	 * Returns the account of the memory that the request has reserved.
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
	 * Returns the part of the request's path after its last slash.
	 * @return the part, decoded
	 */
	public String lastPathSegment() {
		String path = this.request.getServletPath();
		return path.substring(path.lastIndexOf('/') + 1);
	}

	/**
	 * Returns the body of the request. It is read and decompressed as it arrives.
	 * @return the body, to be closed
	 * @throws RequestProblem if it is compressed with an unknown coding
	 * @throws IOException if it can't be read
	 */
	public InputStream body() throws IOException {
		return this.visit.body(this.request);
	}

	/**
	 * Streams the reply. A failure before any part of it has been sent becomes problem
	 * details. A later failure breaks the connection, so that the client does not take a
	 * part of the reply for all of it.
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
		 * Writes the whole reply.
		 * @param text where to write it
		 * @throws IOException if it can't be sent
		 */
		void write(TextReply text) throws IOException;

	}

}
