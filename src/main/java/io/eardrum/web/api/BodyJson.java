package io.eardrum.web.api;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

import io.eardrum.protocol.ErrorReason;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.web.reply.RequestProblem;

/**
 * Reads points from a request that is an array of JSON objects, one after the other.
 */
final class BodyJson {

	private static final int MAX_DEPTH = 8;

	private final PointIntake intake;

	private final JsonFactory factory;

	private @Nullable String key;

	private @Nullable String value;

	private @Nullable String timestamp;

	/**
	 * Begins.
	 * @param intake takes the points
	 * @param limits how long texts may be
	 */
	BodyJson(PointIntake intake, ProtocolLimits limits) {
		this.intake = intake;
		this.factory = JsonFactory.builder()
			.streamReadConstraints(StreamReadConstraints.builder()
				.maxNestingDepth(MAX_DEPTH)
				.maxStringLength(limits.maxLineLength())
				.maxNumberLength(limits.maxLineLength())
				.maxNameLength(limits.maxLineLength())
				.build())
			.build();
	}

	/**
	 * Reads everything.
	 * @param body the body of a request
	 * @throws IOException if it can't be read
	 */
	void readAll(InputStream body) throws IOException {
		Source source = new Source(body);
		try (JsonParser parser = this.factory.createParser(ObjectReadContext.empty(), source)) {
			try {
				readArray(parser);
			}
			catch (JacksonException ex) {
				throw source.unless(unreadable(parser.currentLocation()));
			}
		}
		catch (JacksonException ex) {
			// It did not get as far as to have a place.
			throw source.unless(unreadable(TokenStreamLocation.NA));
		}
	}

	private void readArray(JsonParser parser) throws IOException {
		if (parser.nextToken() != JsonToken.START_ARRAY) {
			throw problem("The body must be an array of objects with key, value and timestamp.");
		}
		JsonToken token = parser.nextToken();
		for (long index = 0; token != JsonToken.END_ARRAY; index++) {
			if (token == JsonToken.START_OBJECT) {
				readPoint(parser, index);
			}
			else {
				parser.skipChildren();
				this.intake.wrong(index, ErrorReason.WRONG_WORD_COUNT);
			}
			token = parser.nextToken();
		}
		if (parser.nextToken() != null) {
			throw problem("There is something behind the array.");
		}
	}

	private void readPoint(JsonParser parser, long index) throws IOException {
		this.key = null;
		this.value = null;
		this.timestamp = null;
		while (parser.nextToken() != JsonToken.END_OBJECT) {
			String name = parser.currentName();
			JsonToken token = parser.nextToken();
			switch (name) {
				case "key" -> this.key = (token == JsonToken.VALUE_STRING) ? parser.getString() : "";
				case "value" -> this.value = token.isNumeric() ? parser.getString() : "none";
				case "timestamp" -> this.timestamp = token.isNumeric() ? parser.getString() : "none";
				default -> {
					// Whatever else its sender notes.
				}
			}
			parser.skipChildren();
		}
		if (this.key == null || this.value == null || this.timestamp == null) {
			this.intake.wrong(index, ErrorReason.WRONG_WORD_COUNT);
		}
		else {
			this.intake.point(index, this.key, this.value, this.timestamp);
		}
	}

	private RequestProblem unreadable(TokenStreamLocation place) {
		return problem("The body is no JSON that can be read, at line " + Math.max(1, place.getLineNr()) + ", column "
				+ Math.max(1, place.getColumnNr()) + ".");
	}

	private RequestProblem problem(String message) {
		return new RequestProblem(HttpStatus.BAD_REQUEST, message).with("stored", this.intake.stored());
	}

	/**
	 * Remembers what failed in reading: the parser has the same exception for bytes that
	 * are no text, and only one of them is the connection's fault.
	 */
	private static final class Source extends FilterInputStream {

		private @Nullable IOException failure;

		Source(InputStream body) {
			super(body);
		}

		@Override
		public int read(byte[] target, int offset, int length) throws IOException {
			try {
				return super.read(target, offset, length);
			}
			catch (IOException ex) {
				this.failure = ex;
				throw ex;
			}
		}

		// Returns the problem, unless reading has failed.
		RequestProblem unless(RequestProblem problem) throws IOException {
			if (this.failure != null) {
				throw this.failure;
			}
			return problem;
		}

	}

}
