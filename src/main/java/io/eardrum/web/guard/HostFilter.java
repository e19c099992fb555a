package io.eardrum.web.guard;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.problem.RequestProblem;
import io.eardrum.web.security.HttpProperties;
import io.eardrum.web.security.RefusalLog;

/**
 * Refuses requests for a host name that is not this server's. The owner of a name can
 * point it to this server after a browser has loaded a page of that name. For the
 * browser, this server is then the page's own site, so the page may read and write here.
 * The filter always accepts {@code localhost}, which browsers do not look up, and
 * addresses, which can't be pointed elsewhere. Programs that send no host name are not
 * browsers, and are admitted. Safe for any number of threads.
 */
@Order(HostFilter.ORDER)
public final class HostFilter extends OncePerRequestFilter {

	/** Before the server asks for a password. */
	static final int ORDER = CrossOriginFilter.ORDER - 1;

	private static final Logger logger = LoggerFactory.getLogger(HostFilter.class);

	private static final int MAX_LOGGED_LENGTH = 100;

	private static final Pattern PORT = Pattern.compile(":\\d*$");

	private static final Pattern ALWAYS_OWN = Pattern.compile("localhost|\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");

	/** In lower case; {@code null} if all names are accepted. */
	private final @Nullable Set<String> names;

	private final RefusalLog refusals = new RefusalLog("for a host name that is not in eardrum.http.hosts",
			System::nanoTime);

	private HostFilter(@Nullable Set<String> names) {
		this.names = names;
	}

	/**
	 * Creates the filter of a port, and logs a warning if it leaves the port open to
	 * every page that is viewed on a machine that reaches the port.
	 * @param properties the host names, if any, and whether there is a password
	 * @param address where the port listens; {@code null} for all addresses
	 * @return the filter
	 */
	public static HostFilter of(HttpProperties properties, @Nullable InetAddress address) {
		List<String> hosts = properties.hosts();
		boolean loopback = address != null && address.isLoopbackAddress();
		if (hosts.isEmpty() && !loopback && !properties.hasPassword()) {
			logger.warn(
					"The HTTP port listens on {}, asks for no password, and accepts requests for any host "
							+ "name: any web page that is viewed on a machine that reaches the port can use it. "
							+ "Set eardrum.http.hosts to the names it is reached by, or to * to accept all names",
					(address != null) ? address.getHostAddress() : "all addresses");
		}
		boolean any = hosts.contains(HttpProperties.ANY_HOST) || (hosts.isEmpty() && !loopback);
		return new HostFilter(
				any ? null : hosts.stream().map(HostFilter::lower).collect(Collectors.toUnmodifiableSet()));
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		String host = request.getHeader("Host");
		if (host == null || isOwn(host)) {
			chain.doFilter(request, response);
			return;
		}
		String shown = host.substring(0, Math.min(host.length(), MAX_LOGGED_LENGTH));
		this.refusals.refused("for " + shown + " from " + request.getRemoteAddr());
		Endpoint.refuse(new RequestProblem(HttpStatus.FORBIDDEN,
				"This server takes no requests for that host name. The property eardrum.http.hosts lists those it takes.")
			.told(), response);
	}

	private boolean isOwn(String host) {
		if (this.names == null) {
			return true;
		}
		String name = lower(PORT.matcher(host).replaceFirst(""));
		return ALWAYS_OWN.matcher(name).matches() || this.names.contains(name);
	}

	private static String lower(String name) {
		return name.toLowerCase(Locale.ROOT);
	}

}
