package io.eardrum.web.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.core.io.Resource;

/**
 * Makes entity tags from the content of files. Files in a jar are read once, because they
 * do not change; files in a directory are read each time. Safe for any number of threads.
 */
final class ContentTags {

	private final Map<String, String> known = new ConcurrentHashMap<>();

	/**
	 * Returns the entity tag of a file.
	 * @param file a file that exists
	 * @return a weak tag, because a strong one forbids compressing the file
	 * @throws UncheckedIOException if the file can't be read
	 */
	String tagOf(Resource file) {
		return file.isFile() ? hash(file) : this.known.computeIfAbsent(file.getDescription(), (name) -> hash(file));
	}

	private static String hash(Resource file) {
		try (InputStream content = file.getInputStream()) {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			new DigestInputStream(content, digest).transferTo(OutputStream.nullOutputStream());
			return "W/\"" + HexFormat.of().formatHex(digest.digest(), 0, 12) + "\"";
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
