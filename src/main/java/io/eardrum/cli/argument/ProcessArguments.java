package io.eardrum.cli.argument;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.eardrum.protocol.PrintableText;

/**
 * The arguments of this process as they were typed. Java decodes them as the locale says.
 * If that is C or POSIX, as for cron and many services, each byte of a character that is
 * not ASCII becomes U+FFFD, so that different keys become one. This therefore asks Linux
 * for the bytes, and takes them for UTF-8 whatever the locale is.
 *
 * @param words the arguments
 * @param utf8 whether they were decoded as UTF-8 instead of as the locale says
 */
public record ProcessArguments(List<String> words, boolean utf8) {

	private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

	/** What a decoder puts in place of bytes that it can't decode. */
	private static final char REPLACEMENT = '\uFFFD';

	private static final String REMEDY = ": LC_ALL=C.UTF-8 lets this command read UTF-8, and 'import -' takes lines and files of any name";

	public ProcessArguments {
		words = List.copyOf(words);
	}

	/**
	 * Returns the arguments of this process.
	 * @param words the arguments as Java has decoded them
	 * @return the arguments
	 * @throws IllegalArgumentException if one can't be decoded for certain; the message
	 * says so
	 */
	public static ProcessArguments of(String... words) {
		byte[] commandLine = {};
		try {
			commandLine = Files.readAllBytes(COMMAND_LINE);
		}
		catch (IOException ex) {
			// Other systems have no such file.
		}
		requireReadable(System.getenv());
		return of(commandLine, words);
	}

	/**
	 * Returns the arguments of a command line.
	 * @param commandLine the words of the whole command line as bytes, each of which ends
	 * in NUL; empty if it is not known
	 * @param words the last of these words as Java has decoded them
	 * @return the arguments
	 * @throws IllegalArgumentException if one can't be decoded for certain
	 */
	public static ProcessArguments of(byte[] commandLine, String... words) {
		List<byte[]> raw = lastWords(commandLine, words.length);
		if (areThese(raw, words)) {
			List<String> exact = new ArrayList<>();
			for (byte[] word : raw) {
				String text = utf8(word);
				if (text == null) {
					break;
				}
				exact.add(text);
			}
			if (exact.size() == words.length) {
				return new ProcessArguments(exact, true);
			}
		}
		for (int i = 0; i < words.length; i++) {
			if (words[i].indexOf(REPLACEMENT) >= 0) {
				throw new IllegalArgumentException("argument " + (i + 1) + ", '" + PrintableText.of(words[i], 100)
						+ "', is neither UTF-8 nor text in this locale" + REMEDY);
			}
		}
		return new ProcessArguments(List.of(words), false);
	}

	/**
	 * Refuses variables that Java could not decode.
	 * @param environment the variables
	 * @throws IllegalArgumentException if one that this program uses could not be decoded
	 */
	static void requireReadable(Map<String, String> environment) {
		Set<String> used = EnvironmentDefaults.variables();
		environment.forEach((name, value) -> {
			if (used.contains(name) && value.indexOf(REPLACEMENT) >= 0) {
				throw new IllegalArgumentException("the variable " + name
						+ " is not text in this locale: LC_ALL=C.UTF-8 lets this command read UTF-8");
			}
		});
	}

	private static List<byte[]> lastWords(byte[] commandLine, int count) {
		List<byte[]> found = new ArrayList<>();
		int end = commandLine.length - 1;
		while (end >= 0 && found.size() < count) {
			int start = end;
			while (start > 0 && commandLine[start - 1] != 0) {
				start--;
			}
			byte[] word = new byte[end - start];
			System.arraycopy(commandLine, start, word, 0, word.length);
			found.add(0, word);
			end = start - 1;
		}
		return found;
	}

	// They may be other words if Java took its arguments from a file.
	private static boolean areThese(List<byte[]> raw, String... words) {
		if (raw.size() != words.length) {
			return false;
		}
		for (int i = 0; i < words.length; i++) {
			if (!ascii(new String(raw.get(i), StandardCharsets.ISO_8859_1)).equals(ascii(words[i]))) {
				return false;
			}
		}
		return true;
	}

	// A JVM may replace what it can't decode with a question mark.
	private static String ascii(String text) {
		StringBuilder ascii = new StringBuilder();
		for (int i = 0; i < text.length(); i++) {
			char next = text.charAt(i);
			if (next < 0x80 && next != '?') {
				ascii.append(next);
			}
		}
		return ascii.toString();
	}

	private static @Nullable String utf8(byte[] bytes) {
		CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
		try {
			return decoder.decode(ByteBuffer.wrap(bytes)).toString();
		}
		catch (CharacterCodingException ex) {
			return null;
		}
	}

}
