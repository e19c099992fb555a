package io.eardrum.web.guard;

import java.io.IOException;
import java.util.concurrent.Semaphore;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.admission.FirstTurns;
import io.eardrum.web.http.body.BufferedRequest;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Refuses large and slow bodies below the path of Actuator, which reads whole bodies of
 * any size. At most {@value #MAX_READ_AT_ONCE} bodies are read at once: few requests
 * there have a body, and no more threads than that may wait for one.
 */
public final class ActuatorBodyFilter extends OncePerRequestFilter {

	private static final int MAX_BYTES = 16 * 1024;

	private static final int MAX_READ_AT_ONCE = 10;

	private final Semaphore reading = new Semaphore(MAX_READ_AT_ONCE);

	private final String path;

	/**
	 * Creates the filter.
	 * @param path the path of Actuator; all requests below it must have small bodies
	 */
	public ActuatorBodyFilter(String path) {
		this.path = path;
	}

	@Override
	protected boolean shouldNotFilter(HttpServletRequest request) {
		return !request.getServletPath().startsWith(this.path);
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		if (request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null) {
			refuse(new RequestProblem(HttpStatus.LENGTH_REQUIRED,
					"A body has to come with its length (Content-Length) here."), response);
		}
		else if (request.getContentLengthLong() > MAX_BYTES) {
			refuse(new RequestProblem(HttpStatus.CONTENT_TOO_LARGE, "A body has " + MAX_BYTES + " bytes at most here."),
					response);
		}
		else if (request.getContentLengthLong() <= 0) {
			chain.doFilter(request, response);
		}
		else if (!this.reading.tryAcquire()) {
			response.setHeader(HttpHeaders.RETRY_AFTER, "1");
			refuse(new RequestProblem(HttpStatus.SERVICE_UNAVAILABLE, "There are too many requests at once."),
					response);
		}
		else {
			HttpServletRequest whole = read(request, response);
			if (whole != null) {
				chain.doFilter(whole, response);
			}
		}
	}

	private @Nullable HttpServletRequest read(HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		FirstTurns.end(request);
		try {
			return BufferedRequest.read(request, MAX_BYTES);
		}
		catch (RequestProblem ex) {
			refuse(ex, response);
			return null;
		}
		finally {
			this.reading.release();
		}
	}

	private static void refuse(RequestProblem problem, HttpServletResponse response) throws IOException {
		Endpoint.refuse(problem, response);
		// Otherwise the container would wait for part of the body before it sends this.
		response.flushBuffer();
	}

}
