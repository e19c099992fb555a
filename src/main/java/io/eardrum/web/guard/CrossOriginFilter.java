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
 * Refuses what a page of another site makes a visitor's browser send to this server,
 * which may have no password, or one that the browser knows: any request that is not a
 * plain read and comes from another origin; and any read of which the browser says so
 * too, for it costs this server time and memory though its answer is not shown to that
 * page. A link that somebody follows works from everywhere. Programs that are no browsers
 * send none of these headers, and are let in.
 */
@Order(CrossOriginFilter.ORDER)
public final class CrossOriginFilter extends OncePerRequestFilter {

	/** Before passwords are asked for. */
	static final int ORDER = -200;

	private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS");

	private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		if (!READS.contains(request.getMethod()) && isForeign(request)) {
			Endpoint.refuse(
					new RequestProblem(HttpStatus.FORBIDDEN, "Pages of other sites may not change anything here."),
					response);
		}
		else if (isOfForeignSite(request) && !isFollowedLink(request)) {
			Endpoint.refuse(new RequestProblem(HttpStatus.FORBIDDEN, "Pages of other sites may not ask anything here."),
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

	// In a window of its own, and not within the page of the other site.
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
