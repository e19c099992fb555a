package io.eardrum.web.view;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.eardrum.web.api.OperatorAccess;
import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.Exchange;
import io.eardrum.web.http.Query;
import io.eardrum.web.http.TextReply;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Lists, returns, saves and deletes views of the page. Everybody who may read points may
 * read them. Only operators may change them.
 * <p>
 * Safe for any number of threads.
 */
final class ViewEndpoints {

	private static final Logger logger = LoggerFactory.getLogger(ViewEndpoints.class);

	/** An address of the maximum length, and what JSON puts around and into it. */
	private static final int MAX_BODY = 4 * SavedView.MAX_ADDRESS;

	/** The memory that a body takes: as bytes, as text, and as an object. */
	private static final long BODY_BYTES = 6L * MAX_BODY;

	private static final JsonMapper JSON = JsonMapper.builder()
		.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
		.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.build();

	private final ViewStore store;

	private final OperatorAccess access;

	ViewEndpoints(ViewStore store, OperatorAccess access) {
		this.store = store;
		this.access = access;
	}

	Map<String, Endpoint> byPath() {
		Map<String, Endpoint> endpoints = new LinkedHashMap<>();
		endpoints.put("/api/views", Endpoint.get(Set.of(), this::list));
		endpoints.put("/api/views/{name}",
				Endpoint.get(Set.of(), this::read)
					.put(Set.of(), this.access.guard(this::save))
					.delete(Set.of(), this.access.guard(this::delete)));
		return endpoints;
	}

	void list(Query query, Exchange exchange) throws IOException {
		List<SavedView> views = this.store.all();
		String damage = this.store.damage();
		exchange.reply("application/json", (text) -> {
			text.ascii("{\"views\":[");
			String separator = "\n";
			for (SavedView view : views) {
				write(view, text.ascii(separator));
				separator = ",\n";
			}
			text.ascii("],\"total\":").integer(views.size());
			text.ascii(",\"writable\":").ascii(String.valueOf(this.access.isAllowed()));
			if (damage != null) {
				text.ascii(",\"problem\":").jsonString(damage);
			}
			text.ascii("}\n");
		});
	}

	void read(Query query, Exchange exchange) throws IOException {
		SavedView view = this.store.get(exchange.lastPathSegment());
		if (view == null) {
			throw missing();
		}
		exchange.reply("application/json", (text) -> write(view, text).ascii("\n"));
	}

	void save(Query query, Exchange exchange) throws IOException {
		String name = exchange.lastPathSegment();
		if (!SavedView.isName(name)) {
			throw new RequestProblem(HttpStatus.BAD_REQUEST,
					"The name of a view has 1 to " + SavedView.MAX_NAME + " letters, digits, blanks, '.', '_' and '-'. "
							+ "It begins with a letter or digit, and does not end with a blank.")
				.with("parameter", "name");
		}
		SavedView view = this.store.save(name, address(exchange));
		exchange.reply("application/json", (text) -> write(view, text).ascii("\n"));
	}

	void delete(Query query, Exchange exchange) throws IOException {
		String name = exchange.lastPathSegment();
		if (!this.store.delete(name)) {
			throw missing();
		}
		logger.info("Deleted the saved view '{}', as asked for over HTTP", name);
		exchange.reply("application/json", (text) -> text.ascii("{\"deleted\":1}\n"));
	}

	private static RequestProblem missing() {
		return new RequestProblem(HttpStatus.NOT_FOUND, "There is no saved view of this name.");
	}

	private static TextReply write(SavedView view, TextReply text) throws IOException {
		text.ascii("{\"name\":").jsonString(view.name());
		text.ascii(",\"address\":").jsonString(view.address());
		return text.ascii(",\"saved\":").jsonString(view.saved().toString()).ascii("}");
	}

	private static String address(Exchange exchange) throws IOException {
		exchange.memory().reserve(BODY_BYTES);
		byte[] bytes;
		try (InputStream body = exchange.body()) {
			bytes = body.readNBytes(MAX_BODY + 1);
		}
		if (bytes.length > MAX_BODY) {
			throw new RequestProblem(HttpStatus.valueOf(413), "The body has more than " + MAX_BODY + " bytes.");
		}
		String address = member(bytes);
		// As it stands in the address of the page.
		String bare = address.startsWith("#") ? address.substring(1) : address;
		if (!SavedView.isAddress(bare)) {
			throw new RequestProblem(HttpStatus.BAD_REQUEST,
					"The address of a view is what follows the # in the address of the page: 1 to "
							+ SavedView.MAX_ADDRESS + " visible ASCII characters, others percent-encoded.")
				.with("parameter", "address");
		}
		return bare;
	}

	private static String member(byte[] bytes) {
		try {
			JsonNode body = JSON.readTree(bytes);
			if (body.isObject() && body.size() == 1 && body.path("address").isString()) {
				return body.path("address").stringValue();
			}
		}
		catch (JacksonException ex) {
			// The message below says what is expected.
		}
		throw new RequestProblem(HttpStatus.BAD_REQUEST,
				"The body must be a JSON object with the address of the view: {\"address\": \"key=palm.cpu&range=1h\"}.");
	}

}
