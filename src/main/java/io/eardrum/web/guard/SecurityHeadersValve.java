package io.eardrum.web.guard;

import java.io.IOException;

import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Tells browsers what an answer of this server may do: run and load nothing but this
 * server's own files, be in nobody's frame, be shown by no other site, and be taken for
 * what its type says only. Keys are text of strangers; should one ever get into the page
 * as markup, it can do nothing.
 * <p>
 * A valve of the engine and no filter, because the container answers some requests by
 * itself: those that it can't read, and TRACE.
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
