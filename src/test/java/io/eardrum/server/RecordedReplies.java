package io.eardrum.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of conversations: what a client sends, and the bytes that the server answered
 * when they were recorded. The first lines of {@code commands.txt} describe the format.
 * <p>
 * The text is read as ISO 8859-1, in which each byte is a character. Bytes of the file
 * are therefore sent unchanged, whether they are valid UTF-8 or not.
 */
final class RecordedReplies {

	static final Path FOLDER = Path.of("src", "test", "resources", "replies");

	private final Path file;

	/** The text between replies, each part up to the place of the next reply. */
	private final List<List<String>> texts = new ArrayList<>();

	private final List<Conversation> conversations = new ArrayList<>();

	private final List<String> arguments = new ArrayList<>();

	private RecordedReplies(Path file) {
		this.file = file;
	}

	static RecordedReplies read(String name) throws IOException {
		RecordedReplies recorded = new RecordedReplies(FOLDER.resolve(name));
		List<String> text = new ArrayList<>();
		Conversation current = null;
		for (String line : Files.readString(recorded.file, StandardCharsets.ISO_8859_1).split("\n", -1)) {
			if (line.startsWith("==") || line.startsWith("=!")) {
				current = new Conversation(line.substring(3), line.startsWith("=!"), new ByteArrayOutputStream(),
						new ByteArrayOutputStream());
				recorded.conversations.add(current);
			}
			else if (line.isEmpty() && current != null) {
				recorded.texts.add(text);
				text = new ArrayList<>();
				current = null;
				continue;
			}
			else if (line.startsWith("!")) {
				recorded.arguments.add(line.substring(2));
			}
			else if (line.startsWith("<") && current != null) {
				append(line, current.received);
				continue;
			}
			else if (line.startsWith(">") && current != null) {
				append(line, current.sent);
			}
			text.add(line);
		}
		if (current != null) {
			recorded.texts.add(text);
		}
		return recorded;
	}

	private static void append(String line, ByteArrayOutputStream target) {
		boolean whole = !line.startsWith("~", 1);
		String text = unescape(line.substring(Math.min(whole ? 2 : 3, line.length()))) + (whole ? "\n" : "");
		target.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	private static String unescape(String text) {
		StringBuilder plain = new StringBuilder();
		int position = 0;
		while (position < text.length()) {
			char next = text.charAt(position++);
			if (next != '\\') {
				plain.append(next);
				continue;
			}
			char escaped = text.charAt(position++);
			switch (escaped) {
				case 'r' -> plain.append('\r');
				case 't' -> plain.append('\t');
				case 's' -> plain.append(' ');
				case '\\' -> plain.append('\\');
				case 'x' -> {
					plain.append((char) Integer.parseInt(text, position, position + 2, 16));
					position += 2;
				}
				case '{' -> {
					int colon = text.indexOf(':', position);
					int end = text.indexOf('}', colon);
					plain.append(unescape(text.substring(colon + 1, end))
						.repeat(Integer.parseInt(text, position, colon, 10)));
					position = end + 1;
				}
				default -> throw new IllegalArgumentException("\\" + escaped + " in " + text);
			}
		}
		return plain.toString();
	}

	private static String escape(String plain) {
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < plain.length(); i++) {
			char next = plain.charAt(i);
			if (next == '\\') {
				text.append("\\\\");
			}
			else if (next < ' ' || next == 0x7F) {
				text.append(String.format("\\x%02x", (int) next));
			}
			else {
				text.append(next);
			}
		}
		return text.toString();
	}

	/**
	 * Rewrites the file with other replies.
	 * @param replies what was received in each conversation
	 * @throws IOException if it can't be written
	 */
	void rewrite(List<byte[]> replies) throws IOException {
		StringBuilder whole = new StringBuilder();
		for (int i = 0; i < replies.size(); i++) {
			this.texts.get(i).forEach((line) -> whole.append(line).append('\n'));
			String[] lines = new String(replies.get(i), StandardCharsets.ISO_8859_1).split("\n", -1);
			for (int j = 0; j < lines.length - 1; j++) {
				whole.append(lines[j].isEmpty() ? "<" : "< " + escape(lines[j])).append('\n');
			}
			String rest = lines[lines.length - 1];
			whole.append(rest.isEmpty() ? "\n" : "<~ " + escape(rest) + "\n\n");
		}
		Files.writeString(this.file, whole, StandardCharsets.ISO_8859_1);
	}

	List<Conversation> conversations() {
		return this.conversations;
	}

	String[] arguments() {
		return this.arguments.toArray(String[]::new);
	}

	/**
	 * A conversation over one connection.
	 *
	 * @param name what it is about
	 * @param endedByServer whether the server ends it; otherwise the client ends its side
	 * once everything is sent
	 * @param sent what the client sends
	 * @param received what the client got when this was recorded
	 */
	record Conversation(String name, boolean endedByServer, ByteArrayOutputStream sent,
			ByteArrayOutputStream received) {

		byte[] bytes() {
			return this.sent.toByteArray();
		}

	}

}
