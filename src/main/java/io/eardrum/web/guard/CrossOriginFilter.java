package io.eardrum.web.guard;

import java.io.IOException;
import java.net.URI;
import java.util.Set;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Refuses requests that a page of another site makes a visitor's browser send to this
 * server. The server may have no password, or one that the browser knows. The filter
 * refuses any request from another origin that is not a plain read. It also refuses a
 * read that the browser marks as coming from another site, because it costs this server
 * time and memory although its answer is not shown to that page. Links to this server
 * work from everywhere. Programs other than browsers send none of these headers, and are
 * admitted.
 */
@Order(CrossOriginFilter.ORDER)
public final class CrossOriginFilter extends OncePerRequestFilter {

	/** Before the server asks for a password. */
	static final int ORDER = -200;

	private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS");

	private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		if (!READS.contains(request.getMethod()) && isForeign(request)) {
			Endpoint
				.refuse(new RequestProblem(HttpStatus.FORBIDDEN, "Pages of other sites may not change anything here.")
					.told(), response);
		}
		else if (isOfForeignSite(request) && !isFollowedLink(request)) {
			Endpoint.refuse(
					new RequestProblem(HttpStatus.FORBIDDEN, "Pages of other sites may not read anything here.").told(),
					response);
		}
		else {
			chain.doFilter(request, response);
		}
	}

	private static boolean isForeign(HttpServletRequest request) {
		String origin = request.getHeader("Origin");
		return isOfForeignSite(request)
				|| (origin != null && !origin.equals("null") && !isSameHost(origin, request.getHeader("Host")))
				|| "null".equals(origin);
	}

	private static boolean isOfForeignSite(HttpServletRequest request) {
		String site = request.getHeader("Sec-Fetch-Site");
		return site != null && !OWN_SITES.contains(site);
	}

	// A link that opens as a page of its own, and not within a page of the other site.
	private static boolean isFollowedLink(HttpServletRequest request) {
		return "navigate".equals(request.getHeader("Sec-Fetch-Mode"))
				&& "document".equals(request.getHeader("Sec-Fetch-Dest"));
	}

	private static boolean isSameHost(String origin, @Nullable String host) {
		try {
			return URI.create(origin).getRawAuthority().equalsIgnoreCase(host);
		}
		catch (IllegalArgumentException | NullPointerException ex) {
			return false;
		}
	}

}
