package io.eardrum.storage.embedded.directory.examination;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;

import io.eardrum.storage.embedded.directory.seal.Finding;
import io.eardrum.storage.embedded.directory.seal.StoreFiles;

/**
 * Searches for the cause when RocksDB found damage that the {@link StoreExamination} did
 * not find. It reads the files that a ledger vouched for, and reports files that are not
 * a part of the store.
 */
public final class DamageSearch {

	private DamageSearch() {
	}

	/**
	 * Searches for damage. Tables are not read.
	 * @param directory the directory of a store that is closed
	 * @return what is wrong
	 * @throws IOException if a file can't be read
	 */
	public static List<Finding> in(Path directory) throws IOException {
		NavigableMap<String, Long> sizes = StoreFiles.sizes(directory);
		List<Finding> found = new ArrayList<>();
		Path current = directory.resolve(StoreFiles.CURRENT);
		String manifestName = Files.exists(current) ? Files.readString(current, StandardCharsets.ISO_8859_1).strip()
				: "";
		Manifest manifest = sizes.containsKey(manifestName) ? Manifest.read(directory.resolve(manifestName)) : null;
		long[] further = new long[1];
		for (String name : sizes.keySet()) {
			boolean needed = !StoreFiles.isWal(name) || manifest == null
					|| StoreFiles.number(name) >= manifest.firstWal();
			if ((StoreFiles.isWal(name) && needed) || name.equals(manifestName)) {
				long[] gap = new long[1];
				boolean wal = StoreFiles.isWal(name);
				WalDamage damage = RecordFile.read(directory.resolve(name), (bytes, length) -> {
					if (wal && WalExamination.isBatch(length)) {
						long last = further[0];
						long begin = WalExamination.firstWriteOf(bytes);
						gap[0] = (last > 0 && begin > last + 1 && gap[0] == 0) ? last + 1 : gap[0];
						further[0] = Math.max(last, begin + WalExamination.writesOf(bytes) - 1);
					}
				});
				if (damage != null) {
					found.add(new Finding(name, "is damaged at byte " + damage.position()));
				}
				if (gap[0] > 0) {
					found.add(new Finding(name, "continues after a gap: write " + gap[0]
							+ " is missing, so files of two copies may be mixed"));
				}
			}
			boolean listed = manifest == null || !manifest.isUnderstood()
					|| manifest.tables().containsKey(StoreFiles.number(name));
			if ((StoreFiles.isTable(name) && !listed) || !needed
					|| (StoreFiles.isManifest(name) && !name.equals(manifestName))) {
				found.add(new Finding(name, "is not a part of it, so files of two copies may be mixed"));
			}
		}
		return found;
	}

}
