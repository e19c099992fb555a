package io.eardrum.web.guard;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

import io.eardrum.web.connector.HttpConnection;
import io.eardrum.web.connector.PacedResponse;
import io.eardrum.web.event.HttpObserver;
import io.eardrum.web.event.HttpRefusal;
import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.admission.FirstTurns;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Reserves some threads of the HTTP port for requests for the server's health. All other
 * requests share the rest. When all of those are in use, the client on which the server
 * has waited longest makes room. Clients that take answers of Actuator and of the page
 * too slowly are ended as well; the endpoints do that themselves.
 * <p>
 * Only a few requests are worked on at once, and those for health are separate from the
 * others. While the port is busy, each connection is closed after its answer. Otherwise a
 * client that sends many requests at once on many connections would occupy all threads,
 * and other clients would get no answer.
 * <p>
 * Safe for any number of threads.
 */
@Order(AdmissionFilter.ORDER)
public final class AdmissionFilter extends OncePerRequestFilter {

	/** Before everything that takes time. */
	static final int ORDER = HostFilter.ORDER - 1;

	/** The threads that are for health alone. */
	static final int RESERVED_THREADS = 20;

	/** How long a request waits for the thread of a client that was ended. */
	private static final long PATIENCE_MILLIS = 1000;

	/** How long a request waits for its turn. */
	private static final long TURN_PATIENCE_MILLIS = 5000;

	/** After this time, a request for health is answered even without a turn. */
	private static final long HEALTH_PATIENCE_MILLIS = 500;

	private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

	private static final List<String> ENDPOINTS = List.of("/api/", "/render", "/metrics/", "/federate", "/functions",
			"/version", "/tags", "/events/");

	private final Semaphore threads;

	private final String health;

	private final HttpObserver observer;

	private final FirstTurns turns = new FirstTurns();

	private final FirstTurns turnsForHealth = new FirstTurns();

	/**
	 * Creates the filter of a port.
	 * @param maxThreads how many threads the port has
	 * @param health the path of the health endpoint
	 * @param observer is notified of requests that are refused
	 */
	public AdmissionFilter(int maxThreads, String health, HttpObserver observer) {
		this.threads = new Semaphore(Math.max(1, maxThreads - Math.min(RESERVED_THREADS, maxThreads / 2)));
		this.health = health;
		this.observer = observer;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		HttpConnection connection = HttpConnection.of(request);
		if (connection != null && connection.isPortBusy()) {
			response.setHeader(HttpHeaders.CONNECTION, "close");
		}
		try {
			if (isHealth(request.getServletPath())) {
				this.turnsForHealth.begin(request, HEALTH_PATIENCE_MILLIS);
				serve(request, response, chain, connection);
			}
			else {
				admit(request, response, chain, connection);
			}
		}
		catch (IOException ex) {
			if (!ex.equals(request.getAttribute(RequestDispatcher.ERROR_EXCEPTION))) {
				throw ex;
			}
		}
		finally {
			FirstTurns.end(request);
			// The container has already answered a body that breaks off or is not chunked
			// correctly, with a status that blames the client. An exception would look
			// like a failure of the server.
			request.removeAttribute(RequestDispatcher.ERROR_EXCEPTION);
			if (connection != null) {
				connection.beginLastWrite();
			}
		}
	}

	private void admit(HttpServletRequest request, HttpServletResponse response, FilterChain chain,
			@Nullable HttpConnection connection) throws ServletException, IOException {
		if (!acquire(connection)) {
			refuse(response);
			return;
		}
		try {
			if (this.turns.begin(request, TURN_PATIENCE_MILLIS)) {
				serve(request, response, chain, connection);
			}
			else {
				refuse(response);
			}
		}
		finally {
			this.threads.release();
		}
	}

	private static void serve(HttpServletRequest request, HttpServletResponse response, FilterChain chain,
			@Nullable HttpConnection connection) throws ServletException, IOException {
		boolean endpoint = isEndpoint(request.getServletPath());
		if (!endpoint && !READING.contains(request.getMethod())) {
			// A backup takes long.
			FirstTurns.end(request);
		}
		if (connection != null && !endpoint) {
			chain.doFilter(request, new PacedResponse(response, connection, () -> FirstTurns.end(request)));
		}
		else {
			chain.doFilter(request, response);
		}
	}

	private void refuse(HttpServletResponse response) throws IOException {
		this.observer.refused(HttpRefusal.REQUESTS);
		response.setHeader(HttpHeaders.RETRY_AFTER, "1");
		Endpoint.refuse(
				new RequestProblem(HttpStatus.SERVICE_UNAVAILABLE,
						"There are too many requests at once. server.tomcat.threads.max limits them.")
					.told(),
				response);
	}

	private boolean isHealth(String path) {
		return path.equals(this.health) || path.startsWith(this.health + "/");
	}

	private boolean acquire(@Nullable HttpConnection connection) {
		if (this.threads.tryAcquire()) {
			return true;
		}
		if (connection == null || !connection.endSlowestOfAll()) {
			return false;
		}
		try {
			return this.threads.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private static boolean isEndpoint(String path) {
		return ENDPOINTS.stream().anyMatch(path::startsWith);
	}

}
