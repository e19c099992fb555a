package io.eardrum.web.guard;

import java.io.IOException;
import java.util.concurrent.Semaphore;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.admission.FirstTurns;
import io.eardrum.web.http.body.BufferedRequest;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Refuses large and slow bodies below the path of Actuator, which reads whole bodies of
 * any size, and those that are not JSON objects, of which Actuator does not say what is
 * wrong with them. At most {@value #MAX_READ_AT_ONCE} bodies are read at once: few
 * requests there have a body, and no more threads than that may wait for one.
 */
public final class ActuatorBodyFilter extends OncePerRequestFilter {

	private static final int MAX_BYTES = 16 * 1024;

	private static final int MAX_READ_AT_ONCE = 10;

	private static final JsonMapper JSON = JsonMapper.builder()
		.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
		.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.build();

	private final Semaphore reading = new Semaphore(MAX_READ_AT_ONCE);

	private final String path;

	/**
	 * Creates the filter.
	 * @param path the path of Actuator; all requests below it must have small bodies
	 */
	public ActuatorBodyFilter(String path) {
		this.path = path;
	}

	@Override
	protected boolean shouldNotFilter(HttpServletRequest request) {
		return !request.getServletPath().startsWith(this.path);
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		if (request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null) {
			refuse(new RequestProblem(HttpStatus.LENGTH_REQUIRED,
					"A body has to come with its length (Content-Length) here."), response);
		}
		else if (request.getContentLengthLong() > MAX_BYTES) {
			refuse(new RequestProblem(HttpStatus.CONTENT_TOO_LARGE, "A body has " + MAX_BYTES + " bytes at most here."),
					response);
		}
		else if (request.getContentLengthLong() <= 0) {
			chain.doFilter(request, response);
		}
		else if (!this.reading.tryAcquire()) {
			response.setHeader(HttpHeaders.RETRY_AFTER, "1");
			refuse(new RequestProblem(HttpStatus.SERVICE_UNAVAILABLE, "There are too many requests at once."),
					response);
		}
		else {
			HttpServletRequest whole = read(request, response);
			if (whole != null) {
				chain.doFilter(whole, response);
			}
		}
	}

	private @Nullable HttpServletRequest read(HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		FirstTurns.end(request);
		try {
			BufferedRequest whole = BufferedRequest.read(request, MAX_BYTES);
			checkType(request.getContentType());
			checkBody(whole.body());
			return whole;
		}
		catch (RequestProblem ex) {
			refuse(ex, response);
			return null;
		}
		finally {
			this.reading.release();
		}
	}

	private static void checkType(@Nullable String contentType) {
		try {
			MediaType type = (contentType != null) ? MediaType.parseMediaType(contentType)
					: MediaType.APPLICATION_OCTET_STREAM;
			String subtype = type.getSubtype();
			if (type.getType().equals("application") && (subtype.equals("json") || subtype.endsWith("+json"))) {
				return;
			}
		}
		catch (InvalidMediaTypeException ex) {
			// Falls through to the refusal below.
		}
		throw new RequestProblem(HttpStatus.UNSUPPORTED_MEDIA_TYPE,
				"A body must be JSON here; with curl, add -H 'Content-Type: application/json'.");
	}

	private static void checkBody(byte[] body) {
		try {
			JsonNode root = JSON.readTree(body);
			if (root.isObject() && root.valueStream().allMatch(JsonNode::isValueNode)) {
				return;
			}
		}
		catch (JacksonException ex) {
			// Falls through to the refusal below.
		}
		throw new RequestProblem(HttpStatus.BAD_REQUEST,
				"The body must be a JSON object with each field once and a text for each, such as "
						+ "{\"name\": \"monday\"}.");
	}

	private static void refuse(RequestProblem problem, HttpServletResponse response) throws IOException {
		Endpoint.refuse(problem, response);
		// Otherwise the container would wait for part of the body before it sends this.
		response.flushBuffer();
	}

}
