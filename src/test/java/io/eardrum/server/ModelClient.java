package io.eardrum.server;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Makes up commands on keys of its own, and says what the replies must be: it is the
 * protocol, written a second time and as simply as possible.
 * <p>
 * Used by one thread.
 */
final class ModelClient {

	private static final int KEYS = 12;

	private static final int TIMESTAMPS = 40;

	private static final String[] WRONG = { "got %s", "put %s", "put %s 1", "put %s 1 1 1", "put %s nan 1",
			"put %s 1e400 1", "put %s 1 1.0", "put %s 1 9223372036854775808", "put * 1 1", "get", "get %s %s",
			"get * *", "PUT %s 1 1", "%s", "put %s\u0001 1 1", "get \u007f%s" };

	private final Map<String, TreeMap<Long, String>> points = new LinkedHashMap<>();

	private final String prefix;

	private final Random random;

	private boolean emptyLineIsFree;

	ModelClient(String prefix, long seed) {
		this.prefix = prefix;
		this.random = new Random(seed);
	}

	/**
	 * Appends the next line to what will be sent, and its reply, if there is one, to what
	 * is expected.
	 * @param sent receives the line
	 * @param expected receives the reply
	 */
	void next(StringBuilder sent, StringBuilder expected) {
		int choice = this.random.nextInt(100);
		if (choice < 12) {
			sent.append((choice < 8) ? "" : " \t").append(lineEnd());
			expected.append(this.emptyLineIsFree ? "" : Replies.WRONG_COMMAND);
			this.emptyLineIsFree = false;
			return;
		}
		this.emptyLineIsFree = true;
		String key = this.prefix + "." + this.random.nextInt(KEYS) + (this.random.nextBoolean() ? ".\u00e9" : "");
		if (choice < 24) {
			sent.append(String.format(WRONG[this.random.nextInt(WRONG.length)], key, key));
			expected.append(Replies.WRONG_COMMAND);
		}
		else if (choice < 40) {
			sent.append("get").append(blank()).append(key);
			expected.append("ok\n").append(rows(key)).append('\n');
		}
		else {
			put(key, sent);
			expected.append(Replies.OK);
		}
		sent.append(lineEnd());
	}

	private void put(String key, StringBuilder sent) {
		BigDecimal value = BigDecimal.valueOf(this.random.nextInt(2_000_000) - 1_000_000, this.random.nextInt(5));
		long timestamp = (long) this.random.nextInt(TIMESTAMPS) - TIMESTAMPS / 2;
		sent.append("put").append(blank()).append(key).append(blank());
		sent.append(this.random.nextBoolean() ? value.toPlainString() : value.unscaledValue() + "e-" + value.scale());
		sent.append(blank()).append(timestamp);
		this.points.computeIfAbsent(key, (unused) -> new TreeMap<>()).put(timestamp, text(value));
	}

	/**
	 * Returns the rows of a series as in a reply.
	 * @param key the key
	 * @return the rows, each with its line end
	 */
	String rows(String key) {
		StringBuilder rows = new StringBuilder();
		this.points.getOrDefault(key, new TreeMap<>())
			.forEach((timestamp,
					value) -> rows.append(key).append(' ').append(value).append(' ').append(timestamp).append('\n'));
		return rows.toString();
	}

	/**
	 * Returns the keys that have points, in the order of their first put.
	 * @return the keys
	 */
	Iterable<String> keys() {
		return this.points.keySet();
	}

	boolean owns(String key) {
		return key.startsWith(this.prefix + ".");
	}

	/**
	 * Sends a text in pieces of random sizes.
	 * @param client the connection
	 * @param text what to send
	 * @throws IOException if it can't be sent
	 */
	void sendInPieces(TestClient client, String text) throws IOException {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		for (int from = 0; from < bytes.length;) {
			int to = Math.min(bytes.length, from + 1 + this.random.nextInt(bytes.length));
			client.send(bytes, from, to);
			from = to;
		}
	}

	int below(int bound) {
		return this.random.nextInt(bound);
	}

	private String blank() {
		return (this.random.nextInt(8) > 0) ? " " : " \t ";
	}

	private String lineEnd() {
		return (this.random.nextInt(4) > 0) ? "\n" : "\r\n";
	}

	private static String text(BigDecimal value) {
		if (value.signum() == 0) {
			return "0.0";
		}
		String plain = value.stripTrailingZeros().toPlainString();
		return (plain.indexOf('.') >= 0) ? plain : plain + ".0";
	}

}
