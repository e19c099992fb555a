package io.eardrum.web;

import java.io.IOException;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

import io.eardrum.web.reply.Endpoint;
import io.eardrum.web.reply.RequestProblem;

/**
 * Refuses large bodies where Actuator is, which reads a body as a whole and without a
 * bound.
 */
final class SmallBodyFilter extends OncePerRequestFilter {

	private static final int MAX_BYTES = 16 * 1024;

	private final String path;

	/**
	 * Creates the filter.
	 * @param path where Actuator is; all that is below it has small bodies
	 */
	SmallBodyFilter(String path) {
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
		else {
			chain.doFilter(request, response);
		}
	}

	private static void refuse(RequestProblem problem, HttpServletResponse response) throws IOException {
		Endpoint.refuse(problem, response);
		// The container waits for some of the body before it would send this.
		response.flushBuffer();
	}

}
