package io.eardrum.web.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import tools.jackson.core.json.JsonFactory;

import io.eardrum.budget.HeapExhaustedException;
import io.eardrum.budget.RequestEndedException;
import io.eardrum.protocol.CommandObserver;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.storage.time.TimestampCheck;
import io.eardrum.web.http.Exchange;
import io.eardrum.web.http.ObservedRepository;
import io.eardrum.web.http.Query;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Stores the points of a request while the request is read.
 * <p>
 * Safe for any number of threads.
 */
final class PointsWriter {

	static final Set<String> PARAMETERS = Set.of();

	private final ObservedRepository repository;

	private final TimestampCheck check;

	private final CommandObserver observer;

	private final ProtocolLimits limits;

	private final JsonFactory jsonFactory;

	PointsWriter(ObservedRepository repository, TimestampCheck check, CommandObserver observer, ProtocolLimits limits) {
		this.repository = repository;
		this.check = check;
		this.observer = observer;
		this.limits = limits;
		this.jsonFactory = BodyJson.factory(limits);
	}

	/**
	 * Answers a request that contains points.
	 * @param query its parameters; there are none
	 * @param exchange the request and its reply
	 * @throws IOException if the client has gone
	 */
	void write(Query query, Exchange exchange) throws IOException {
		boolean json = isJson(exchange.header("Content-Type"));
		exchange.memory().reserveBody(json ? BodyJson.heldBytes(this.limits) : BodyLines.heldBytes(this.limits));
		PointsImport pointsImport = new PointsImport(this.repository.within(exchange.budget()), this.check,
				this.observer, this.limits, json ? "index" : "line", exchange.memory());
		try (InputStream body = exchange.body()) {
			if (json) {
				new BodyJson(pointsImport, this.jsonFactory).readAll(body);
			}
			else {
				new BodyLines(pointsImport, this.limits).readAll(body);
			}
		}
		catch (RequestProblem ex) {
			throw ex.with("stored", pointsImport.stored());
		}
		catch (RequestEndedException ex) {
			throw RequestProblem.of(ex).with("stored", pointsImport.stored());
		}
		catch (HeapExhaustedException ex) {
			throw RequestProblem.of(ex).with("stored", pointsImport.stored());
		}
		long stored = pointsImport.end();
		exchange.reply("application/json", (text) -> text.ascii("{\"stored\":").integer(stored).ascii("}\n"));
	}

	private static boolean isJson(@Nullable String contentType) {
		try {
			MediaType type = (contentType != null) ? MediaType.parseMediaType(contentType) : MediaType.TEXT_PLAIN;
			Charset charset = type.getCharset();
			if (charset == null || charset.equals(StandardCharsets.UTF_8)
					|| charset.equals(StandardCharsets.US_ASCII)) {
				if (MediaType.APPLICATION_JSON.equalsTypeAndSubtype(type)) {
					return true;
				}
				if (MediaType.TEXT_PLAIN.equalsTypeAndSubtype(type)) {
					return false;
				}
			}
		}
		catch (IllegalArgumentException ex) {
			// Falls through to the refusal below.
		}
		throw new RequestProblem(HttpStatus.UNSUPPORTED_MEDIA_TYPE,
				"The Content-Type must be text/plain (lines such as put palm.cpu 23.7 1150864247) or application/json, "
						+ "both in UTF-8.");
	}

}
