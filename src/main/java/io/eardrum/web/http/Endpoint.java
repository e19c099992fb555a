package io.eardrum.web.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.connector.ClientAbortException;
import org.apache.coyote.CloseNowException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.web.HttpRequestHandler;

import io.eardrum.budget.HeapExhaustedException;
import io.eardrum.budget.RequestEndedException;
import io.eardrum.storage.StorageException;
import io.eardrum.web.event.RequestObserver;
import io.eardrum.web.http.admission.RequestGate;
import io.eardrum.web.http.admission.Visit;
import io.eardrum.web.http.problem.FailureLog;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Answers the requests for a path. An endpoint reads parameters strictly. It reports
 * errors as problem details as long as no part of the reply has been sent, and breaks the
 * connection afterwards. A reply that ends properly is therefore complete.
 * <p>
 * Each request goes through a {@link RequestGate}, which limits how many there are and
 * what each may take. Safe for any number of threads.
 */
public final class Endpoint implements HttpRequestHandler {

	private static final Logger logger = LoggerFactory.getLogger(Endpoint.class);

	private static final FailureLog failures = new FailureLog(System::nanoTime);

	private final Map<String, Operation> operations = new TreeMap<>();

	private RequestGate gate = RequestGate.wide();

	private boolean lenient;

	private Endpoint() {
	}

	/**
	 * Creates an endpoint that answers every request with status 404.
	 * @return the endpoint
	 */
	public static Endpoint nothing() {
		return new Endpoint();
	}

	/**
	 * Creates an endpoint that answers GET and HEAD.
	 * @param parameters the parameters that it accepts
	 * @param action answers the requests
	 * @return the endpoint
	 */
	public static Endpoint get(Set<String> parameters, Action action) {
		Endpoint endpoint = new Endpoint();
		endpoint.operations.put("GET", new Operation(parameters, action));
		return endpoint;
	}

	/**
	 * Creates an endpoint that answers DELETE only.
	 * @param parameters the parameters that it accepts
	 * @param action answers the requests
	 * @return the endpoint
	 */
	public static Endpoint deletion(Set<String> parameters, Action action) {
		return new Endpoint().delete(parameters, action);
	}

	/**
	 * Makes this endpoint answer POST too.
	 * @param parameters the parameters that it accepts then
	 * @param action answers the requests
	 * @return this endpoint
	 */
	public Endpoint post(Set<String> parameters, Action action) {
		this.operations.put("POST", new Operation(parameters, action));
		return this;
	}

	/**
	 * Makes this endpoint answer PUT too.
	 * @param parameters the parameters that it accepts then
	 * @param action answers the requests
	 * @return this endpoint
	 */
	public Endpoint put(Set<String> parameters, Action action) {
		this.operations.put("PUT", new Operation(parameters, action));
		return this;
	}

	/**
	 * Makes this endpoint answer DELETE too.
	 * @param parameters the parameters that it accepts then
	 * @param action answers the requests
	 * @return this endpoint
	 */
	public Endpoint delete(Set<String> parameters, Action action) {
		this.operations.put("DELETE", new Operation(parameters, action));
		return this;
	}

	/**
	 * Makes this endpoint accept forms and ignore unknown parameters. It implements the
	 * protocol of other programs, which send more than they need.
	 * @return this endpoint
	 */
	public Endpoint lenient() {
		this.lenient = true;
		return this;
	}

	/**
	 * Puts this endpoint behind a gate.
	 * @param requests admits requests
	 * @return this endpoint
	 */
	public Endpoint behind(RequestGate requests) {
		this.gate = requests;
		return this;
	}

	/**
	 * Puts endpoints behind a gate.
	 * @param endpoints the endpoints by their paths
	 * @param requests admits requests
	 * @return the same map
	 */
	public static Map<String, Endpoint> behind(Map<String, Endpoint> endpoints, RequestGate requests) {
		endpoints.values().forEach((endpoint) -> endpoint.behind(requests));
		return endpoints;
	}

	/**
	 * Returns the parameters of each method that this endpoint answers, except HEAD.
	 * @return the names of the parameters, by method
	 */
	public Map<String, Set<String>> parameters() {
		Map<String, Set<String>> parameters = new TreeMap<>();
		this.operations.forEach((method, operation) -> parameters.put(method, operation.parameters()));
		return parameters;
	}

	@Override
	public void handleRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
		// Keys come from strangers, so no browser may interpret a reply as another type.
		response.setHeader("X-Content-Type-Options", "nosniff");
		response.setHeader("Cache-Control", "no-store");
		try {
			serve(request, response);
		}
		catch (RequestProblem ex) {
			end(told(ex), response);
		}
		catch (RequestEndedException ex) {
			end(told(RequestProblem.of(ex)), response);
		}
		catch (HeapExhaustedException ex) {
			end(told(RequestProblem.of(ex)), response);
		}
		catch (StorageException ex) {
			logger.debug("A request for {} can't be served", request.getRequestURI(), ex);
			refuse(told(RequestProblem.storageUnavailable()), response);
		}
		catch (ClientAbortException | CloseNowException ex) {
			// The client has gone, or its connection is to be closed.
			throw ex;
		}
		catch (IOException ex) {
			// Only the connection fails with this exception here.
			logger.debug("A request for {} broke off", request.getRequestURI(), ex);
			if (request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) == null) {
				refuse(told(new RequestProblem(HttpStatus.BAD_REQUEST, "The request broke off.")), response);
			}
			// Otherwise the container could not read the body, and has answered.
		}
		catch (RuntimeException ex) {
			if (failures.permits(ex)) {
				logger.error("A request for {} failed", request.getRequestURI(), ex);
			}
			refuse(told(new RequestProblem(HttpStatus.INTERNAL_SERVER_ERROR, "The server failed. Its log says how.")),
					response);
		}
		catch (OutOfMemoryError ex) {
			// The container would turn it into an answer, and its log may be turned off.
			Thread current = Thread.currentThread();
			current.getUncaughtExceptionHandler().uncaughtException(current, ex);
			throw ex;
		}
	}

	private void end(RequestProblem problem, HttpServletResponse response) throws IOException {
		RequestObserver.Limit limit = problem.limit();
		if (limit != null) {
			this.gate.observer().ended(limit);
		}
		if (limit == RequestObserver.Limit.CLIENT_LEFT) {
			throw new CloseNowException("The client has left");
		}
		refuse(problem, response);
	}

	// Grafana, which asks lenient endpoints, shows the member {@code message}.
	private RequestProblem told(RequestProblem problem) {
		return this.lenient ? problem.told() : problem;
	}

	private void serve(HttpServletRequest request, HttpServletResponse response) throws IOException {
		Operation operation = this.operations.get(request.getMethod().equals("HEAD") ? "GET" : request.getMethod());
		if (operation == null) {
			throw refusedMethod(request, response);
		}
		Visit visit = this.gate.enter(request);
		try {
			if (!this.lenient) {
				refuseForm(request);
			}
			Query query = this.lenient ? Query.lenient(request, visit.bodyRate(), visit.memory(), visit.budget())
					: Query.of(request, operation.parameters());
			operation.action().serve(query, new Exchange(request, response, visit));
		}
		finally {
			this.gate.leave(visit);
		}
	}

	// The container would read its body as parameters.
	private static void refuseForm(HttpServletRequest request) {
		if (FormBody.isForm(request)) {
			throw new RequestProblem(HttpStatus.UNSUPPORTED_MEDIA_TYPE,
					"Forms are not accepted here; with curl, add -H 'Content-Type: text/plain'.");
		}
	}

	private RequestProblem refusedMethod(HttpServletRequest request, HttpServletResponse response) {
		if (this.operations.isEmpty()) {
			return new RequestProblem(HttpStatus.NOT_FOUND, "There is nothing at this path.");
		}
		Set<String> allowed = new TreeSet<>(this.operations.keySet());
		if (allowed.contains("GET")) {
			allowed.add("HEAD");
		}
		response.setHeader("Allow", String.join(", ", allowed));
		return new RequestProblem(HttpStatus.METHOD_NOT_ALLOWED,
				request.getMethod() + " is not supported here; there are " + String.join(", ", allowed) + ".");
	}

	/**
	 * Refuses a request, or breaks a reply that has begun.
	 * @param problem why
	 * @param response the reply
	 * @throws IOException if it can't be sent, or was broken
	 */
	public static void refuse(RequestProblem problem, HttpServletResponse response) throws IOException {
		if (response.isCommitted()) {
			throw new CloseNowException("The reply is cut: " + problem.getMessage());
		}
		response.resetBuffer();
		problem.headers().forEach(response::setHeader);
		byte[] json = problem.toJson().getBytes(StandardCharsets.UTF_8);
		response.setStatus(problem.status().value());
		// Removes the encoding of a reply that had been prepared.
		response.setCharacterEncoding((String) null);
		response.setContentType("application/problem+json");
		response.setContentLength(json.length);
		response.getOutputStream().write(json);
	}

	/**
	 * Answers requests.
	 */
	@FunctionalInterface
	public interface Action {

		/**
		 * Answers a request.
		 * @param query its parameters
		 * @param exchange the request and its reply
		 * @throws IOException if the client has gone
		 */
		void serve(Query query, Exchange exchange) throws IOException;

	}

	private record Operation(Set<String> parameters, Action action) {

	}

}
