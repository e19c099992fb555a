package io.eardrum.web;

import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.Set;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses what a page of another site makes a visitor's browser send to this server,
 * which has no passwords: any request that is not a plain read and comes from another
 * origin, and, while the server is there for its own machine only, every request for a
 * host name that is not this machine's own (a foreign name can be pointed here after the
 * page has been loaded). Programs that are no browsers send neither header, and are let
 * in.
 */
final class ForeignPageFilter extends OncePerRequestFilter {

	private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS");

	private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

	private static final Set<String> OWN_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

	private final boolean onlyThisMachine;

	/**
	 * Creates the filter.
	 * @param onlyThisMachine whether the server listens on a loopback address
	 */
	ForeignPageFilter(boolean onlyThisMachine) {
		this.onlyThisMachine = onlyThisMachine;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		if (this.onlyThisMachine && !isOwnName(request.getHeader("Host"))) {
			response.sendError(HttpServletResponse.SC_FORBIDDEN, "This server is for its own machine only.");
		}
		else if (!READS.contains(request.getMethod()) && isForeign(request)) {
			response.sendError(HttpServletResponse.SC_FORBIDDEN, "Pages of other sites may not change anything here.");
		}
		else {
			chain.doFilter(request, response);
		}
	}

	private static boolean isForeign(HttpServletRequest request) {
		String site = request.getHeader("Sec-Fetch-Site");
		String origin = request.getHeader("Origin");
		return (site != null && !OWN_SITES.contains(site))
				|| (origin != null && !origin.equals("null") && !isSameHost(origin, request.getHeader("Host")))
				|| "null".equals(origin);
	}

	private static boolean isSameHost(String origin, @Nullable String host) {
		try {
			return URI.create(origin).getRawAuthority().equalsIgnoreCase(host);
		}
		catch (IllegalArgumentException | NullPointerException ex) {
			return false;
		}
	}

	private static boolean isOwnName(@Nullable String host) {
		if (host == null) {
			return true;
		}
		String name = host.replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT);
		return OWN_NAMES.contains(name);
	}

}
