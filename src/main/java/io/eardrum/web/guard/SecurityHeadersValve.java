package io.eardrum.web.guard;

import java.io.IOException;

import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Restricts what browsers do with an answer of this server. An answer may run and load
 * only this server's own files, may not be framed or embedded by another site, and is
 * interpreted only as its type says. Keys are text from strangers. A key that ever got
 * into the page as markup could do nothing.
 * <p>
 * This is a valve of the engine, not a filter, because the container answers some
 * requests itself: those that it can't parse, and TRACE.
 */
public final class SecurityHeadersValve extends ValveBase {

	private static final String CONTENT_SECURITY_POLICY = String.join("; ", "default-src 'none'", "script-src 'self'",
			"style-src 'self'", "img-src 'self' blob:", "connect-src 'self'", "base-uri 'none'", "form-action 'none'",
			"frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'");

	/** Creates the valve, for requests on any thread. */
	public SecurityHeadersValve() {
		super(true);
	}

	@Override
	public void invoke(Request request, Response response) throws IOException, ServletException {
		response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
		response.setHeader("X-Content-Type-Options", "nosniff");
		response.setHeader("X-Frame-Options", "DENY");
		response.setHeader("Referrer-Policy", "no-referrer");
		response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
		response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
		getNext().invoke(request, response);
	}

}
