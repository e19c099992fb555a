package io.eardrum.web.api;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

import io.eardrum.protocol.ErrorReason;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Reads points from a request that is an array of JSON objects in UTF-8, one after the
 * other. An object has a key, a value and a timestamp, each once, and nothing else. Other
 * members are refused, because they would be lost although the sender may distinguish
 * points by them, as by tags.
 */
final class BodyJson {

	private static final int MAX_DEPTH = 8;

	/**
	 * Enough for the names that exist, and for most of the wrong ones that a message
	 * quotes.
	 */
	private static final int MAX_NAME_LENGTH = 256;

	private static final int MAX_MEMBERS = 100;

	private static final long BASE_BYTES = 64 * 1024;

	/** The texts of a point, as they are read and as a line. */
	private static final int TEXTS = 12;

	private static final char BYTE_ORDER_MARK = '\uFEFF';

	private final PointsImport pointsImport;

	private final JsonFactory factory;

	private @Nullable String key;

	private @Nullable String value;

	private @Nullable String timestamp;

	/** What is wrong with the object that is being read. */
	private @Nullable String wrong;

	/**
	 * Creates a reader.
	 * @param pointsImport takes the points
	 * @param factory makes the parser
	 */
	BodyJson(PointsImport pointsImport, JsonFactory factory) {
		this.pointsImport = pointsImport;
		this.factory = factory;
	}

	/**
	 * Returns a factory of parsers. They do not remember names from one object to the
	 * next, because a body can have any number of them.
	 * @param limits how long texts may be
	 * @return the factory, for any number of threads
	 */
	static JsonFactory factory(ProtocolLimits limits) {
		return JsonFactory.builder()
			.disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
			.streamReadConstraints(StreamReadConstraints.builder()
				.maxNestingDepth(MAX_DEPTH)
				.maxStringLength(limits.maxLineLength())
				.maxNumberLength(limits.maxLineLength())
				.maxNameLength(MAX_NAME_LENGTH)
				.build())
			.build();
	}

	/**
	 * Returns how much memory it takes to read objects.
	 * @param limits how long texts may be
	 * @return the size in bytes
	 */
	static long heldBytes(ProtocolLimits limits) {
		return BASE_BYTES + (long) TEXTS * limits.maxLineLength();
	}

	/**
	 * Reads everything.
	 * @param body the body of a request
	 * @throws IOException if it can't be read
	 */
	void readAll(InputStream body) throws IOException {
		Source source = new Source(body);
		try (JsonParser parser = this.factory.createParser(ObjectReadContext.empty(), text(source))) {
			try {
				readArray(parser);
			}
			catch (JacksonException ex) {
				throw source.unless(unreadable(parser.currentLocation()));
			}
		}
		catch (JacksonException | CharacterCodingException ex) {
			// Reading failed before there was a location.
			throw source.unless(unreadable(TokenStreamLocation.NA));
		}
	}

	// Jackson's own reader would replace bytes that are not UTF-8, in keys too.
	private static Reader text(InputStream source) throws IOException {
		PushbackReader text = new PushbackReader(new InputStreamReader(source,
				StandardCharsets.UTF_8.newDecoder()
					.onMalformedInput(CodingErrorAction.REPORT)
					.onUnmappableCharacter(CodingErrorAction.REPORT)));
		int first = text.read();
		if (first >= 0 && first != BYTE_ORDER_MARK) {
			text.unread(first);
		}
		return text;
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
				this.pointsImport.wrong(index, ErrorReason.WRONG_WORD_COUNT);
			}
			token = parser.nextToken();
		}
		if (parser.nextToken() != null) {
			throw problem("Something follows the array.");
		}
	}

	private void readPoint(JsonParser parser, long index) throws IOException {
		this.key = null;
		this.value = null;
		this.timestamp = null;
		this.wrong = null;
		int members = 0;
		while (parser.nextToken() != JsonToken.END_OBJECT) {
			if (++members > MAX_MEMBERS) {
				throw problem("An object has more than " + MAX_MEMBERS + " members.");
			}
			readMember(parser);
			parser.skipChildren();
		}
		if (this.wrong != null) {
			this.pointsImport.wrong(index, this.wrong);
		}
		else if (this.key == null || this.value == null || this.timestamp == null) {
			this.pointsImport.wrong(index, ErrorReason.WRONG_WORD_COUNT);
		}
		else {
			this.pointsImport.point(index, this.key, this.value, this.timestamp);
		}
	}

	private void readMember(JsonParser parser) {
		String name = parser.currentName();
		JsonToken token = parser.nextToken();
		switch (name) {
			case "key" -> this.key = once(this.key, (token == JsonToken.VALUE_STRING) ? parser.getString() : "");
			case "value" -> this.value = once(this.value, token.isNumeric() ? parser.getString() : "none");
			case "timestamp" -> this.timestamp = once(this.timestamp, token.isNumeric() ? parser.getString() : "none");
			default -> this.wrong = "A point has a key, a value and a timestamp, and no '" + name + "'.";
		}
	}

	private String once(@Nullable String before, String now) {
		if (before != null) {
			this.wrong = "A point has one key, one value and one timestamp.";
		}
		return now;
	}

	private RequestProblem unreadable(TokenStreamLocation place) {
		return problem("The body is not valid JSON, at line " + Math.max(1, place.getLineNr()) + ", column "
				+ Math.max(1, place.getColumnNr()) + ".");
	}

	private RequestProblem problem(String message) {
		return new RequestProblem(HttpStatus.BAD_REQUEST, message).with("stored", this.pointsImport.stored());
	}

	/**
	 * Remembers the exception with which reading failed. The parser throws the same
	 * exception for bytes that are not text, and only one of the two is the connection's
	 * fault.
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

		// Returns the problem, or throws the exception with which reading failed.
		RequestProblem unless(RequestProblem problem) throws IOException {
			if (this.failure != null) {
				throw this.failure;
			}
			return problem;
		}

	}

}
