package io.eardrum.storage.embedded.directory.examination;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.embedded.directory.seal.Finding;
import io.eardrum.storage.embedded.directory.seal.StoreFiles;
import io.eardrum.storage.embedded.directory.seal.StoreMark;

/**
 * Reads the MANIFEST that CURRENT names, and checks whether the tables that it lists
 * exist.
 * <p>
 * Used by one thread, once.
 */
final class ManifestExamination {

	private static final Pattern CURRENT_TEXT = Pattern.compile("MANIFEST-[0-9]{6,}\n");

	private final Path directory;

	private final NavigableMap<String, Long> sizes;

	private final @Nullable StoreMark mark;

	private final List<Finding> findings = new ArrayList<>();

	private @Nullable TornTail tail;

	private String name = "";

	/**
	 * Creates the examination of one store.
	 * @param directory the directory with its files
	 * @param sizes the files of RocksDB, with their sizes in bytes
	 * @param mark what was safe, if that is known
	 */
	ManifestExamination(Path directory, NavigableMap<String, Long> sizes, @Nullable StoreMark mark) {
		this.directory = directory;
		this.sizes = sizes;
		this.mark = mark;
	}

	/**
	 * Examines the MANIFEST.
	 * @return what it says, or {@code null} if there is none that can be read
	 * @throws IOException if a file can't be read
	 */
	@Nullable Manifest read() throws IOException {
		String named = examineCurrent();
		if (named == null) {
			return null;
		}
		this.name = named;
		Manifest manifest = Manifest.read(this.directory.resolve(named));
		examineManifest(named, manifest);
		examineTables(named, manifest);
		return manifest;
	}

	/**
	 * Returns which MANIFEST was read.
	 * @return the name of the file, or an empty string
	 */
	String name() {
		return this.name;
	}

	List<Finding> findings() {
		return this.findings;
	}

	/**
	 * Returns the damage that a power failure explains.
	 * @return the damage, or {@code null} if there is no such damage
	 */
	@Nullable TornTail tail() {
		return this.tail;
	}

	private @Nullable String examineCurrent() throws IOException {
		List<String> manifests = this.sizes.keySet().stream().filter(StoreFiles::isManifest).toList();
		if (!this.sizes.containsKey(StoreFiles.CURRENT)) {
			this.findings.add(new Finding(StoreFiles.CURRENT, "is missing, so no MANIFEST is named"
					+ (manifests.isEmpty() ? "" : " (there is " + String.join(", ", manifests) + ")")));
			return null;
		}
		String text = Files.readString(this.directory.resolve(StoreFiles.CURRENT), StandardCharsets.ISO_8859_1);
		if (!CURRENT_TEXT.matcher(text).matches()) {
			this.findings.add(new Finding(StoreFiles.CURRENT, "is damaged: it does not name a MANIFEST"));
			return null;
		}
		String name = text.strip();
		long number = StoreFiles.number(name);
		StoreMark known = this.mark;
		if (known != null && number < known.manifest()) {
			this.findings.add(new Finding(StoreFiles.CURRENT, "names " + name + ", though "
					+ StoreFiles.manifestName(known.manifest()) + " had been used: it is an older copy"));
			return null;
		}
		if (!this.sizes.containsKey(name)) {
			List<String> older = manifests.stream()
				.filter((other) -> known != null && StoreFiles.number(other) == known.manifest())
				.toList();
			if (older.size() == 1 && StoreFiles.number(older.get(0)) < number && isWholeSince(older.get(0), known)) {
				this.tail = new TornTail(StoreFiles.CURRENT, -1, 0, 0, List.of(), older.get(0));
			}
			else {
				this.findings.add(new Finding(name, "is missing, though CURRENT names it"));
			}
			return null;
		}
		return name;
	}

	private boolean isWholeSince(String manifest, @Nullable StoreMark known) throws IOException {
		Long size = this.sizes.get(manifest);
		return known != null && size != null && size >= known.manifestBytes()
				&& Manifest.read(this.directory.resolve(manifest)).damage() == null;
	}

	private void examineManifest(String name, Manifest manifest) {
		long size = this.sizes.getOrDefault(name, 0L);
		StoreMark known = this.mark;
		long safe = (known != null && known.manifest() == StoreFiles.number(name)) ? known.manifestBytes() : 0;
		WalDamage damage = manifest.damage();
		if (size == 0) {
			this.findings.add(new Finding(name, "is empty"));
		}
		else if (size < safe) {
			this.findings.add(new Finding(name, "is cut: it has " + size + " bytes, and had " + safe));
		}
		else if (damage != null && damage.position() < safe) {
			this.findings.add(new Finding(name, "is damaged at byte " + damage.position()));
		}
		else if (damage != null && !damage.unfinished()) {
			damaged(name, damage, safe > 0);
		}
		else if (manifest.edits() == 0) {
			this.findings.add(new Finding(name, "is damaged: it has no record that can be read"));
		}
	}

	private void examineTables(String manifestName, Manifest manifest) {
		if (manifest.damage() != null) {
			return;
		}
		manifest.tables().forEach((number, size) -> {
			String name = StoreFiles.tableName(number);
			Long found = this.sizes.get(name);
			if (found == null) {
				this.findings.add(new Finding(name, "is missing, although " + manifestName + " lists it"));
			}
			else if (found < size) {
				this.findings.add(new Finding(name,
						"is cut: it has " + found + " of the " + size + " bytes that " + manifestName + " states"));
			}
			else if (found > size) {
				this.findings.add(new Finding(name, "is longer than it was: it has " + found + " bytes instead of the "
						+ size + " that " + manifestName + " states"));
			}
		});
	}

	private void damaged(String name, WalDamage damage, boolean explained) {
		if (explained && this.tail == null) {
			this.tail = new TornTail(name, damage.position(), damage.bytes(), damage.readableRecords(), List.of(), "");
		}
		else {
			this.findings.add(new Finding(name, "is damaged at byte " + damage.position()));
		}
	}

}
