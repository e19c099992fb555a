package io.eardrum.web.graphite;

import java.io.IOException;
import java.util.regex.Pattern;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.web.HttpRequestHandler;

import io.eardrum.web.http.Endpoint;

/**
 * Answers at {@code /metrics}, which two programs know: with a query it is an old name of
 * Graphite's {@code /metrics/find}, and without one it is what Prometheus scrapes by
 * default.
 */
final class MetricsPath implements HttpRequestHandler {

	private static final Pattern QUERY = Pattern.compile("(^|&)query=");

	private final Endpoint find;

	private final String scrape;

	/**
	 * Creates the handler.
	 * @param find finds nodes
	 * @param scrape the path of the meters
	 */
	MetricsPath(Endpoint find, String scrape) {
		this.find = find;
		this.scrape = scrape;
	}

	@Override
	public void handleRequest(HttpServletRequest request, HttpServletResponse response)
			throws ServletException, IOException {
		String query = request.getQueryString();
		if (request.getMethod().equals("POST") || (query != null && QUERY.matcher(query).find())) {
			this.find.handleRequest(request, response);
		}
		else {
			request.getRequestDispatcher(this.scrape).forward(request, response);
		}
	}

}
