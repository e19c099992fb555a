package io.eardrum.web.guard;

import java.io.IOException;

import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.springframework.http.HttpHeaders;

/**
 * Removes the languages that a client prefers, because this server has only one. The
 * container and the framework would parse them for every request, and would fail when
 * there are more than a few.
 */
public final class LanguageValve extends ValveBase {

	/** Creates the valve, for requests on any thread. */
	public LanguageValve() {
		super(true);
	}

	@Override
	public void invoke(Request request, Response response) throws IOException, ServletException {
		request.getCoyoteRequest().getMimeHeaders().removeHeader(HttpHeaders.ACCEPT_LANGUAGE);
		getNext().invoke(request, response);
	}

}
