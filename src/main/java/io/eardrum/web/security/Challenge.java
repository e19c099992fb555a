package io.eardrum.web.security;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;

import io.eardrum.web.event.HttpObserver;
import io.eardrum.web.event.HttpRefusal;
import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Asks for the user and the password. Programs get problem details, as for every other
 * error. People get a line of text, after their browser has shown a dialog.
 */
final class Challenge implements AuthenticationEntryPoint {

	private static final String SCHEME = "Basic realm=\"Eardrum\", charset=\"UTF-8\"";

	private static final String REASON = "This server takes requests with the right user and password only.";

	private final RefusalLog log;

	private final HttpObserver observer;

	Challenge(RefusalLog log, HttpObserver observer) {
		this.log = log;
		this.observer = observer;
	}

	@Override
	public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException reason)
			throws IOException {
		response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
		if (reason instanceof TooManyAttemptsException) {
			this.observer.refused(HttpRefusal.PASSWORD);
			this.log.refused("from " + request.getRemoteAddr());
			response.setHeader(HttpHeaders.RETRY_AFTER, "1");
			// A client that tries many passwords has to connect for each of them.
			response.setHeader(HttpHeaders.CONNECTION, "close");
			Endpoint.refuse(
					new RequestProblem(HttpStatus.TOO_MANY_REQUESTS,
							"Too many wrong passwords have come. Try again later, with the right one.")
						.told(),
					response);
			return;
		}
		if (reason instanceof BadCredentialsException) {
			this.log.refused("from " + request.getRemoteAddr());
		}
		response.setHeader(HttpHeaders.WWW_AUTHENTICATE, SCHEME);
		if (isOfPerson(request)) {
			byte[] text = (REASON + "\n").getBytes(StandardCharsets.US_ASCII);
			response.setStatus(HttpStatus.UNAUTHORIZED.value());
			response.setContentType(MediaType.TEXT_PLAIN_VALUE);
			response.setContentLength(text.length);
			response.getOutputStream().write(text);
		}
		else {
			Endpoint.refuse(new RequestProblem(HttpStatus.UNAUTHORIZED, REASON).told(), response);
		}
	}

	private static boolean isOfPerson(HttpServletRequest request) {
		String accept = request.getHeader(HttpHeaders.ACCEPT);
		return accept != null && accept.contains(MediaType.TEXT_HTML_VALUE)
				&& !request.getServletPath().startsWith("/api/");
	}

}
