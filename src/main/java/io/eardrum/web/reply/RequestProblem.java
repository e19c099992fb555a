package io.eardrum.web.reply;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.http.HttpStatus;

/**
 * Why a request is not served. It reaches the client as problem details (RFC 9457), so
 * its message is written for whoever sent the request.
 */
public final class RequestProblem extends RuntimeException {

	private final HttpStatus status;

	private final transient Map<String, Object> details = new LinkedHashMap<>();

	/**
	 * Describes a problem.
	 * @param status the status of the reply
	 * @param message what is wrong, in a sentence
	 */
	public RequestProblem(HttpStatus status, String message) {
		// Nobody reads the stack trace of what a client did wrong.
		super(message, null, false, false);
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
	 * Says that the store can't serve requests now.
	 * @return the problem, with status 503
	 */
	public static RequestProblem storageUnavailable() {
		return new RequestProblem(HttpStatus.SERVICE_UNAVAILABLE,
				"The storage is unavailable. The health endpoint or the log says why.");
	}

	/**
	 * Adds a member to the details.
	 * @param name its name
	 * @param value a text, a number, or a list of maps of these
	 * @return this problem
	 */
	public RequestProblem with(String name, Object value) {
		this.details.put(name, value);
		return this;
	}

	/**
	 * Tells the status of the reply.
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
		StringBuilder json = new StringBuilder();
		append(members, json);
		return json.toString();
	}

	private static void append(Object value, StringBuilder json) {
		if (value instanceof Map<?, ?> members) {
			json.append('{');
			String separator = "";
			for (Map.Entry<?, ?> member : members.entrySet()) {
				json.append(separator);
				appendText(String.valueOf(member.getKey()), json);
				json.append(':');
				append(member.getValue(), json);
				separator = ",";
			}
			json.append('}');
		}
		else if (value instanceof Iterable<?> elements) {
			json.append('[');
			String separator = "";
			for (Object element : elements) {
				json.append(separator);
				append(element, json);
				separator = ",";
			}
			json.append(']');
		}
		else if (value instanceof Number) {
			json.append(value);
		}
		else {
			appendText(value.toString(), json);
		}
	}

	private static void appendText(String text, StringBuilder json) {
		json.append('"');
		for (int i = 0; i < text.length(); i++) {
			char character = text.charAt(i);
			if (character == '"' || character == '\\') {
				json.append('\\').append(character);
			}
			else if (character < ' ' || Character.isSurrogate(character)) {
				json.append(String.format("\\u%04x", (int) character));
			}
			else {
				json.append(character);
			}
		}
		json.append('"');
	}

}
