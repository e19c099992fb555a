package io.eardrum.protocol;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The commands of the protocol, read a second time: from the description of it, one rule
 * after the other, without a thought for speed. {@link CommandParserFuzz} holds the
 * parser against it.
 * <p>
 * One a session, for one thread.
 */
final class CommandModel {

	private static final Pattern BLANKS = Pattern.compile("[ \t]+");

	private static final Pattern HTTP_VERSION = Pattern.compile("(?i)http/[0-9].*", Pattern.DOTALL);

	private static final Pattern HOST = Pattern.compile("(?i)host:.*", Pattern.DOTALL);

	private static final Pattern VALUE = Pattern.compile("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?");

	private static final Pattern TIMESTAMP = Pattern.compile("[+-]?[0-9]+");

	private final ProtocolLimits limits;

	private final List<String> commands = new ArrayList<>();

	private boolean afterCommand;

	CommandModel(ProtocolLimits limits) {
		this.limits = limits;
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
		return lines(source).stream().allMatch(this::line);
	}

	private boolean line(String line) {
		boolean follows = this.afterCommand;
		this.afterCommand = true;
		boolean tooLong = isTooLong(line, this.limits);
		List<String> words = words(start(line, this.limits));
		if (words.isEmpty() && !tooLong) {
			this.afterCommand = false;
			return follows || wrong(Command.UNKNOWN, ErrorReason.UNKNOWN_COMMAND);
		}
		if ((!words.isEmpty() && HOST.matcher(words.get(0)).matches()) || isHttpRequest(words)
				|| (tooLong && isLongHttpRequest(words))) {
			wrong(Command.UNKNOWN, ErrorReason.HTTP);
			return false;
		}
		if (tooLong) {
			return wrong(Command.UNKNOWN, ErrorReason.LINE_TOO_LONG);
		}
		if (!isUtf8(line)) {
			return wrong(Command.UNKNOWN, ErrorReason.BAD_ENCODING);
		}
		return switch (words.get(0)) {
			case "put" -> put(words);
			case "get" -> get(words);
			default -> wrong(Command.UNKNOWN, ErrorReason.UNKNOWN_COMMAND);
		};
	}

	private boolean put(List<String> words) {
		if (words.size() != 4) {
			return wrong(Command.PUT, ErrorReason.WRONG_WORD_COUNT);
		}
		if (!isKey(words.get(1), this.limits)) {
			return wrong(Command.PUT, ErrorReason.BAD_KEY);
		}
		if (!isValue(words.get(2))) {
			return wrong(Command.PUT, ErrorReason.BAD_VALUE);
		}
		if (!isTimestamp(words.get(3))) {
			return wrong(Command.PUT, ErrorReason.BAD_TIMESTAMP);
		}
		return add(put(words.get(1), new BigInteger(words.get(3)).longValueExact(), Double.parseDouble(words.get(2))));
	}

	private boolean get(List<String> words) {
		if (words.size() != 2) {
			return wrong(Command.GET, ErrorReason.WRONG_WORD_COUNT);
		}
		if (words.get(1).equals("*")) {
			return add("get all");
		}
		return isKey(words.get(1), this.limits) ? add("get " + words.get(1)) : wrong(Command.GET, ErrorReason.BAD_KEY);
	}

	// Complete lines without their ends, of characters that are bytes.
	static List<String> lines(byte[] source) {
		List<String> lines = new ArrayList<>(List.of(new String(source, StandardCharsets.ISO_8859_1).split("\n", -1)));
		lines.remove(lines.size() - 1);
		lines.replaceAll((line) -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
		return lines;
	}

	static List<String> words(String line) {
		List<String> words = new ArrayList<>(List.of(BLANKS.split(line, -1)));
		words.removeIf(String::isEmpty);
		return words;
	}

	static boolean isHttpRequest(List<String> words) {
		return words.size() == 3 && HTTP_VERSION.matcher(words.get(2)).matches();
	}

	// Of a line that is too long, its end doesn't matter.
	static boolean isLongHttpRequest(List<String> words) {
		return words.size() > 1 && words.get(0).matches("[A-Z]+") && words.get(1).startsWith("/");
	}

	static boolean isTooLong(String line, ProtocolLimits limits) {
		return line.length() > limits.maxLineLength();
	}

	// What is looked at of a line.
	static String start(String line, ProtocolLimits limits) {
		return line.substring(0, Math.min(line.length(), limits.maxLineLength()));
	}

	// Characters are bytes here.
	static boolean isKey(String word, ProtocolLimits limits) {
		return word.length() <= limits.maxKeyLength() && !word.equals("*")
				&& word.chars().noneMatch((character) -> character < 0x20 || character == 0x7F);
	}

	static boolean isValue(String word) {
		return VALUE.matcher(word).matches() && Double.isFinite(Double.parseDouble(word));
	}

	private static boolean isTimestamp(String word) {
		return TIMESTAMP.matcher(word).matches() && new BigInteger(word).bitLength() < Long.SIZE;
	}

	static boolean isUtf8(String bytes) {
		try {
			StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)));
			return true;
		}
		catch (CharacterCodingException ex) {
			return false;
		}
	}

	private boolean wrong(Command command, ErrorReason reason) {
		return add(wrongText(command, reason));
	}

	private boolean add(String command) {
		this.commands.add(command);
		return true;
	}

	static String put(String key, long timestamp, double value) {
		return "put " + key + " at " + timestamp + ": " + Long.toHexString(Double.doubleToRawLongBits(value));
	}

	static String wrongText(Command command, ErrorReason reason) {
		return "wrong " + command + ": " + reason;
	}

}
