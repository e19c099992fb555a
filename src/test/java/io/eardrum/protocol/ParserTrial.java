package io.eardrum.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Gives lines to a {@link LineParser} in two frames, with something else around each of
 * them, and keeps what it reads, in the words of {@link CommandModel}.
 */
final class ParserTrial implements CommandHandler {

	private static final byte[] BEFORE = "put x 1 1".getBytes(StandardCharsets.US_ASCII);

	/** What lies behind the last line in a buffer is what was there before. */
	private static final byte[] BEHIND = "1 2 3 4\n".getBytes(StandardCharsets.US_ASCII);

	private final List<String> commands = new ArrayList<>();

	List<String> commands() {
		return this.commands;
	}

	/**
	 * Has all lines read.
	 * @param parser the parser
	 * @param lines complete lines
	 * @param cut where the first frame ends, if that is the end of a line; else at the
	 * next one
	 * @return whether the session goes on
	 * @throws IOException never
	 */
	boolean run(LineParser parser, byte[] lines, int cut) throws IOException {
		int end = cut;
		while (end < lines.length && lines[end] != '\n') {
			end++;
		}
		end = Math.min(end + 1, lines.length);
		return parse(parser, Arrays.copyOfRange(lines, 0, end))
				&& parse(parser, Arrays.copyOfRange(lines, end, lines.length));
	}

	private boolean parse(LineParser parser, byte[] frame) throws IOException {
		byte[] buffer = new byte[BEFORE.length + frame.length + BEHIND.length];
		System.arraycopy(BEFORE, 0, buffer, 0, BEFORE.length);
		System.arraycopy(frame, 0, buffer, BEFORE.length, frame.length);
		System.arraycopy(BEHIND, 0, buffer, BEFORE.length + frame.length, BEHIND.length);
		return parser.parse(buffer, BEFORE.length, BEFORE.length + frame.length, this);
	}

	@Override
	public void put(byte[] source, int keyOffset, int keyLength, long timestamp, double value) {
		this.commands.add(CommandModel.put(text(source, keyOffset, keyLength), timestamp, value));
	}

	@Override
	public void get(byte[] source, int keyOffset, int keyLength) {
		this.commands.add("get " + text(source, keyOffset, keyLength));
	}

	@Override
	public void getAll() {
		this.commands.add("get all");
	}

	@Override
	public void wrong(Command command, ErrorReason reason) {
		this.commands.add(CommandModel.wrongText(command, reason));
	}

	private static String text(byte[] source, int offset, int length) {
		return new String(source, offset, length, StandardCharsets.ISO_8859_1);
	}

}
