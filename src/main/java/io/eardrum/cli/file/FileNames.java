package io.eardrum.cli.file;

import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Locale;

/**
 * Finds files by the names that were given. Java encodes names as the locale says, so in
 * a locale without the characters of a name, Java would not find a file that exists. A
 * URI can give the bytes of a name in any locale.
 */
public final class FileNames {

	private final boolean utf8;

	private final boolean localeIsUtf8;

	private final boolean folderIsKnown;

	private FileNames(boolean utf8, String encoding, String folder) {
		this.utf8 = utf8;
		this.localeIsUtf8 = encoding.equalsIgnoreCase("UTF-8");
		this.folderIsKnown = this.localeIsUtf8 || (isAscii(folder) && folder.indexOf('?') < 0);
	}

	/**
	 * Returns names that Java encodes as the locale says.
	 * @return the way to find files
	 */
	public static FileNames ofLocale() {
		return new FileNames(false, "", "");
	}

	/**
	 * Returns names that are UTF-8 on the disk, whatever the locale is.
	 * @return the way to find files
	 */
	public static FileNames ofUtf8() {
		boolean bytes = System.getProperty("os.name", "").equals("Linux");
		String encoding = System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name());
		return new FileNames(bytes, encoding, System.getProperty("user.dir", ""));
	}

	/**
	 * Finds a file.
	 * @param name its name
	 * @return its path, which need not exist
	 * @throws IllegalArgumentException if no file can have this name
	 */
	public Path path(String name) {
		if (name.isEmpty()) {
			// Java would take an empty name for the working directory.
			throw new IllegalArgumentException("the name of a file is missing");
		}
		try {
			if (!this.utf8 || this.localeIsUtf8 || (isAscii(name) && (this.folderIsKnown || name.startsWith("/")))) {
				return Path.of(name);
			}
			Path exact = exactPath(name.startsWith("/") ? name : "/proc/self/cwd/" + name);
			return Files.exists(exact) ? exact : pathInLocale(name, exact);
		}
		catch (InvalidPathException ex) {
			throw new IllegalArgumentException(
					"'" + name + "' can't be the name of a file" + (isAscii(name) ? "" : " in this locale"), ex);
		}
	}

	// A name that the locale can encode may come from a variable, which Java has decoded.
	private static Path pathInLocale(String name, Path otherwise) {
		try {
			Path path = Path.of(name);
			return Files.exists(path) ? path : otherwise;
		}
		catch (InvalidPathException ex) {
			return otherwise;
		}
	}

	/**
	 * Appends to the name of a file.
	 * @param path the file
	 * @param suffix what to append, in ASCII
	 * @return the path of another file beside it
	 */
	public static Path append(Path path, String suffix) {
		Path name = path.getFileName();
		if (name == null || isAscii(name.toString())) {
			return path.resolveSibling(name + suffix);
		}
		// The name may have lost its bytes when it became text.
		String uri = path.toUri().toString();
		return Path.of(URI.create((uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri) + suffix));
	}

	/**
	 * Returns a name for a file that replaces another one when it is complete. Another
	 * process that does the same gets another name, and other files are unlikely to have
	 * it.
	 * @param target the file that is to be replaced
	 * @return the path of a file beside it, which does not exist
	 */
	public static Path unfinished(Path target) {
		return append(target, String.format(Locale.ROOT, ".%08x.part", new SecureRandom().nextInt()));
	}

	private static Path exactPath(String absolute) {
		StringBuilder uri = new StringBuilder("file://");
		for (byte each : absolute.getBytes(StandardCharsets.UTF_8)) {
			if (each == '/') {
				uri.append('/');
			}
			else if (each == 0) {
				throw new InvalidPathException(absolute, "NUL");
			}
			else {
				uri.append('%')
					.append(Character.forDigit((each >> 4) & 0xF, 16))
					.append(Character.forDigit(each & 0xF, 16));
			}
		}
		return Path.of(URI.create(uri.toString()));
	}

	private static boolean isAscii(String text) {
		return text.chars().allMatch((character) -> character < 0x80);
	}

}
