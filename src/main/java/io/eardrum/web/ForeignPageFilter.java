package io.eardrum.web;

import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

import io.eardrum.web.reply.Endpoint;
import io.eardrum.web.reply.RequestProblem;

/**
 * Refuses what a page of another site makes a visitor's browser send to this server,
 * which may have no password, or one that the browser knows: any request that is not a
 * plain read and comes from another origin; any read of which the browser says so too,
 * for it costs this server time and memory though its answer is not shown to that page;
 * and, while the server is there for its own machine only, every request for a host name
 * that is not this machine's own (a foreign name can be pointed here after the page has
 * been loaded). A link to the page of this server works from everywhere. Programs that
 * are no browsers send none of these headers, and are let in.
 */
@Order(ForeignPageFilter.ORDER)
final class ForeignPageFilter extends OncePerRequestFilter {

	/** Before passwords are asked for. */
	static final int ORDER = -200;

	private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS");

	private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

	/** Where a link on a page of another site may lead. */
	private static final Set<String> PAGES = Set.of("/", "/index.html");

	/** An address, unlike a name, can't be pointed elsewhere. */
	private static final Pattern OWN_NAME = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

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
			Endpoint.refuse(new RequestProblem(HttpStatus.FORBIDDEN, "This server is for its own machine only."),
					response);
		}
		else if (!READS.contains(request.getMethod()) && isForeign(request)) {
			Endpoint.refuse(
					new RequestProblem(HttpStatus.FORBIDDEN, "Pages of other sites may not change anything here."),
					response);
		}
		else if (isOfForeignSite(request) && !isLinkToPage(request)) {
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

	private static boolean isLinkToPage(HttpServletRequest request) {
		return "navigate".equals(request.getHeader("Sec-Fetch-Mode")) && PAGES.contains(request.getServletPath());
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
		return OWN_NAME.matcher(name).matches();
	}

}
