package io.eardrum.protocol;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Graphite's plaintext protocol, read a second time: from the description of it, without
 * a thought for speed. {@link PlaintextParser} is held against it.
 * <p>
 * One a session, for one thread.
 */
final class PlaintextModel {

	private final ProtocolLimits limits;

	private final long now;

	private final boolean guarded;

	private final List<String> commands = new ArrayList<>();

	private boolean atStart = true;

	/**
	 * Makes a model.
	 * @param limits what a line and a key may have
	 * @param now what -1 means, in seconds
	 * @param guarded whether a request of HTTP ends the session
	 */
	PlaintextModel(ProtocolLimits limits, long now, boolean guarded) {
		this.limits = limits;
		this.now = now;
		this.guarded = guarded;
	}

	List<String> commands() {
		return this.commands;
	}

	/**
	 * Reads complete lines.
	 * @param source the lines, each with its end
	 * @return whether the session goes on
	 */
	boolean parse(byte[] source) {
		List<String> lines = CommandModel.lines(source);
		if (this.atStart && this.guarded && !lines.isEmpty()) {
			this.atStart = false;
			lines = new ArrayList<>(lines);
			lines.set(0, lines.get(0).replaceFirst("^\u00EF\u00BB\u00BF", ""));
		}
		return lines.stream().allMatch(this::line);
	}

	// Returns whether the session goes on.
	private boolean line(String line) {
		List<String> words = CommandModel.words(CommandModel.start(line, this.limits));
		boolean tooLong = CommandModel.isTooLong(line, this.limits);
		if (this.guarded && isHttp(words, tooLong)) {
			wrong(ErrorReason.HTTP);
			return false;
		}
		if (tooLong) {
			wrong(ErrorReason.LINE_TOO_LONG);
		}
		else if (!words.isEmpty()) {
			point(line, words);
		}
		return true;
	}

	private static boolean isHttp(List<String> words, boolean tooLong) {
		boolean host = words.size() == 2 && words.get(0).equalsIgnoreCase("Host:");
		return host || CommandModel.isHttpRequest(words) || (tooLong && CommandModel.isLongHttpRequest(words));
	}

	private void point(String line, List<String> words) {
		if (!CommandModel.isUtf8(line)) {
			wrong(ErrorReason.BAD_ENCODING);
		}
		else if (words.size() != 3) {
			wrong(ErrorReason.WRONG_WORD_COUNT);
		}
		else if (!CommandModel.isKey(words.get(0), this.limits)) {
			wrong(ErrorReason.BAD_KEY);
		}
		else if (!CommandModel.isValue(words.get(1))) {
			wrong(ErrorReason.BAD_VALUE);
		}
		else {
			point(words.get(0), Double.parseDouble(words.get(1)), timestamp(words.get(2)));
		}
	}

	private void point(String key, double value, @Nullable BigInteger timestamp) {
		if (timestamp == null || timestamp.bitLength() >= Long.SIZE) {
			wrong(ErrorReason.BAD_TIMESTAMP);
		}
		else {
			long seconds = (timestamp.longValueExact() == -1) ? this.now : timestamp.longValueExact();
			this.commands.add(CommandModel.put(key, seconds, value));
		}
	}

	// With an exponent it is a double first, and exact without one.
	private static @Nullable BigInteger timestamp(String word) {
		if (!CommandModel.isValue(word)) {
			return null;
		}
		boolean exponent = word.contains("e") || word.contains("E");
		return (exponent ? new BigDecimal(Double.parseDouble(word)) : new BigDecimal(word)).toBigInteger();
	}

	private void wrong(ErrorReason reason) {
		this.commands.add(CommandModel.wrongText(Command.PUT, reason));
	}

}
