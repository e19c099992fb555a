package io.eardrum.storage.embedded.directory.seal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * The identity of a store, as noted in {@code eardrum.store}: an id that no other store
 * has. The id is also in the store itself, so that files of two stores are not taken for
 * one.
 *
 * @param id the id
 * @param state how far the store has been created
 */
public record StoreIdentity(UUID id, State state) {

	/** The name of the file. */
	public static final String FILE = "eardrum.store";

	private static final String TITLE = "eardrum store 1";

	/**
	 * How far a store has been created.
	 */
	public enum State {

		/** Nothing has been stored yet, and the existing files may be removed. */
		CREATING,

		/** A store of an older version, which does not have its id yet. */
		ADOPTING,

		/** The store holds points, or may hold some. */
		MADE

	}

	public void write(Path directory) throws IOException {
		SealedText.write(directory.resolve(FILE),
				List.of(TITLE, "id " + this.id, "state " + this.state.name().toLowerCase(Locale.ROOT)));
	}

	public static boolean isThere(Path directory) {
		return Files.exists(directory.resolve(FILE));
	}

	// Returns null if the file is damaged.
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
