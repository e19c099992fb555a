package io.eardrum.storage.embedded.directory.seal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Which store it is, as {@code eardrum.store} says: a number that no other has, which is
 * in the store, too, so that files of two of them are not taken for one.
 *
 * @param id the number
 * @param state how far the store has been made
 */
public record StoreIdentity(UUID id, State state) {

	/** The name of the file. */
	public static final String FILE = "eardrum.store";

	private static final String TITLE = "eardrum store 1";

	/**
	 * How far a store has been made.
	 */
	public enum State {

		/** Nothing has been stored yet: what is there may be removed. */
		CREATING,

		/** A store of an older version, which does not know its number yet. */
		ADOPTING,

		/** It holds points, or may do so. */
		MADE

	}

	public void write(Path directory) throws IOException {
		SealedText.write(directory.resolve(FILE),
				List.of(TITLE, "id " + this.id, "state " + this.state.name().toLowerCase(Locale.ROOT)));
	}

	public static boolean isThere(Path directory) {
		return Files.exists(directory.resolve(FILE));
	}

	// Returns null if the file does not hold what was written
	public static @Nullable StoreIdentity read(Path directory) throws IOException {
		List<String> lines = SealedText.read(directory.resolve(FILE));
		if (lines == null || lines.size() != 3 || !TITLE.equals(lines.get(0))) {
			return null;
		}
		try {
			return new StoreIdentity(UUID.fromString(after("id ", lines.get(1))),
					State.valueOf(after("state ", lines.get(2)).toUpperCase(Locale.ROOT)));
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private static String after(String prefix, String line) {
		return line.startsWith(prefix) ? line.substring(prefix.length()) : "";
	}

}
