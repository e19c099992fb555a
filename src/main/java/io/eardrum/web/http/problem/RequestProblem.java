package io.eardrum.web.http.problem;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.CharacterEscapes;
import tools.jackson.core.io.SerializedString;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

import io.eardrum.budget.HeapExhaustedException;
import io.eardrum.budget.RequestEndedException;
import io.eardrum.web.event.RequestObserver;

/**
 * Says why a request is not served. It reaches the client as problem details (RFC 9457),
 * so its message is written for the author of the request.
 */
public final class RequestProblem extends RuntimeException {

	/**
	 * The maximum number of characters in a text of a problem, which may quote the
	 * request.
	 */
	static final int MAX_LENGTH = 500;

	private static final JsonMapper JSON = JsonMapper
		.builder(JsonFactory.builder().characterEscapes(new SurrogateEscapes()).build())
		.build();

	/** How long it may take until the next server runs. */
	private static final int STOP_SECONDS = 10;

	private final HttpStatus status;

	private final transient Map<String, String> headers = new LinkedHashMap<>();

	private RequestObserver.@Nullable Limit limit;

	private final transient Map<String, Object> details = new LinkedHashMap<>();

	/**
	 * Describes a problem.
	 * @param status the status of the reply
	 * @param message what is wrong, in a sentence
	 */
	public RequestProblem(HttpStatus status, String message) {
		// A stack trace does not help with a client's mistake.
		super(cut(message), null, false, false);
		this.status = status;
	}

	/**
	 * Describes a wrong parameter.
	 * @param name its name
	 * @param message what is wrong with it, in a sentence
	 * @return the problem, with status 400
	 */
	public static RequestProblem parameter(String name, String message) {
		return new RequestProblem(HttpStatus.BAD_REQUEST, message).with("parameter", name);
	}

	/**
	 * Creates the problem of a store that can't serve requests now.
	 * @return the problem, with status 503
	 */
	public static RequestProblem storageUnavailable() {
		return new RequestProblem(HttpStatus.SERVICE_UNAVAILABLE,
				"The storage is unavailable. The health endpoint or the log says why.");
	}

	/**
	 * Creates the problem of a request whose parameters can't be read.
	 * @return the problem, with status 400
	 */
	public static RequestProblem notWellFormed() {
		return new RequestProblem(HttpStatus.BAD_REQUEST, "The parameters of the request are not well-formed.");
	}

	/**
	 * Creates the problem of too many concurrent requests.
	 * @return the problem, with status 503
	 */
	public static RequestProblem busy() {
		return new RequestProblem(HttpStatus.SERVICE_UNAVAILABLE,
				"There are too many requests at once (eardrum.requests.max-concurrent).")
			.retryAfter(1)
			.because(RequestObserver.Limit.CONCURRENCY);
	}

	/**
	 * Creates the problem of a request that was ended.
	 * @param cause why it was ended
	 * @return the problem: with status 422 if the request asks for too much, else 503
	 */
	public static RequestProblem of(RequestEndedException cause) {
		return switch (cause.reason()) {
			case TIME -> new RequestProblem(HttpStatus.SERVICE_UNAVAILABLE,
					"The answer takes longer than eardrum.requests.max-time allows. Ask for fewer series, or a shorter "
							+ "time.")
				.because(RequestObserver.Limit.TIME);
			case WORK -> new RequestProblem(HttpStatus.valueOf(422),
					"The answer takes more work than eardrum.requests.max-work allows. Ask for fewer series, or a "
							+ "shorter time.")
				.because(RequestObserver.Limit.WORK);
			case CLIENT_LEFT -> new RequestProblem(HttpStatus.SERVICE_UNAVAILABLE, "The client has left.")
				.because(RequestObserver.Limit.CLIENT_LEFT);
			case STOPPING ->
				new RequestProblem(HttpStatus.SERVICE_UNAVAILABLE, "The server is stopping.").retryAfter(STOP_SECONDS)
					.because(RequestObserver.Limit.STOPPING);
		};
	}

	/**
	 * Creates the problem of a request for which there is no memory.
	 * @param cause which memory is missing
	 * @return the problem, with status 503
	 */
	public static RequestProblem of(HeapExhaustedException cause) {
		return new RequestProblem(HttpStatus.SERVICE_UNAVAILABLE, cause.getMessage() + " now, because others hold it.")
			.retryAfter(1)
			.because(RequestObserver.Limit.MEMORY);
	}

	/**
	 * Sets which limit was reached, to be counted.
	 * @param met the limit
	 * @return this problem
	 */
	public RequestProblem because(RequestObserver.Limit met) {
		this.limit = met;
		return this;
	}

	/**
	 * Returns which limit was reached.
	 * @return the limit, or {@code null} if none is counted
	 */
	public RequestObserver.@Nullable Limit limit() {
		return this.limit;
	}

	/**
	 * Adds when the request is worth repeating.
	 * @param seconds in how many seconds
	 * @return this problem
	 */
	public RequestProblem retryAfter(int seconds) {
		return header("Retry-After", String.valueOf(seconds));
	}

	/**
	 * Adds a header to the reply.
	 * @param name its name
	 * @param value its value
	 * @return this problem
	 */
	public RequestProblem header(String name, String value) {
		this.headers.put(name, value);
		return this;
	}

	/**
	 * Returns the headers of the reply besides those of every problem.
	 * @return the values by their names
	 */
	public Map<String, String> headers() {
		return this.headers;
	}

	/**
	 * Adds a member to the details.
	 * @param name its name
	 * @param value a text, a number, or a list of maps of these
	 * @return this problem
	 */
	public RequestProblem with(String name, Object value) {
		this.details.put(name, (value instanceof String text) ? cut(text) : value);
		return this;
	}

	/**
	 * Adds the message once more as the member {@code message}, which Grafana shows.
	 * @return this problem
	 */
	public RequestProblem told() {
		return with("message", String.valueOf(getMessage()));
	}

	/**
	 * Returns the status of the reply.
	 * @return the status
	 */
	public HttpStatus status() {
		return this.status;
	}

	/**
	 * Returns the problem as a JSON object.
	 * @return the text
	 */
	public String toJson() {
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("type", "about:blank");
		members.put("title", this.status.getReasonPhrase());
		members.put("status", this.status.value());
		members.put("detail", String.valueOf(getMessage()));
		members.putAll(this.details);
		return JSON.writeValueAsString(members);
	}

	/**
	 * Cuts a text to {@value #MAX_LENGTH} characters, without splitting a surrogate pair.
	 * @param text the text
	 * @return the text, or its beginning and an ellipsis
	 */
	public static String cut(String text) {
		if (text.length() <= MAX_LENGTH) {
			return text;
		}
		int end = MAX_LENGTH - 1;
		return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + '\u2026';
	}

	/**
	 * Escapes surrogates. A text from a client may contain an unpaired one, which UTF-8
	 * can't encode.
	 */
	private static final class SurrogateEscapes extends CharacterEscapes {

		private static final long serialVersionUID = 1L;

		@Override
		public int[] getEscapeCodesForAscii() {
			return standardAsciiEscapesForJSON();
		}

		@Override
		public @Nullable SerializableString getEscapeSequence(int character) {
			return Character.isSurrogate((char) character)
					? new SerializedString("\\u" + Integer.toHexString(character)) : null;
		}

	}

}
