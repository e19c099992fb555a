package io.eardrum.storage.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.rocksdb.AbstractEventListener;
import org.rocksdb.FileOperationInfo;
import org.springframework.util.FileSystemUtils;

/**
 * Notes how much of each file RocksDB has had the disk keep, and makes of a store what a
 * power failure is sure to leave of it.
 * <p>
 * <em>Threads</em>: told by RocksDB's; who copies sees to it that nobody writes
 * meanwhile.
 */
final class PowerCut extends AbstractEventListener {

	/** The files that RocksDB appends to; others it writes once, and keeps. */
	private static final Pattern APPENDED = Pattern.compile("[0-9]+\\.(log|sst)|MANIFEST-[0-9]+");

	private static final String MARK = "eardrum.mark";

	private final Map<String, Long> kept = new ConcurrentHashMap<>();

	PowerCut() {
		super(EnabledEventCallback.ON_FILE_SYNC_FINISH, EnabledEventCallback.ON_FILE_RANGE_SYNC_FINISH,
				EnabledEventCallback.SHOULD_BE_NOTIFIED_ON_FILE_IO);
	}

	@Override
	public boolean shouldBeNotifiedOnFileIO() {
		return true;
	}

	@Override
	public void onFileSyncFinish(FileOperationInfo info) {
		Path file = Path.of(info.getPath());
		try {
			this.kept.put(String.valueOf(file.getFileName()), Files.size(file));
		}
		catch (IOException ex) {
			// Renamed or deleted since: nothing that a store is made of.
		}
	}

	/**
	 * Tells how much of a file is sure to be on the disk.
	 * @param file the file
	 * @return the number of bytes
	 */
	long kept(Path file) {
		return this.kept.getOrDefault(String.valueOf(file.getFileName()), 0L);
	}

	/**
	 * Copies a store without what the disk was not yet told to keep. Starts over when a
	 * compaction has changed its files meanwhile.
	 * @param store its directory
	 * @param image the directory of the copy
	 * @throws IOException if that fails
	 */
	void copy(Path store, Path image) throws IOException {
		Map<String, Long> before;
		do {
			before = sizes(store);
			FileSystemUtils.deleteRecursively(image);
			Files.createDirectories(image);
			// First, for the store writes it beside all that goes on: what it says was
			// safe
			// still is when the other files are looked at.
			copyFile(store.resolve(MARK), image.resolve(MARK));
			for (String name : before.keySet()) {
				if (!name.equals(MARK)) {
					copyFile(store.resolve(name), image.resolve(name));
				}
			}
		}
		while (!sizes(store).equals(before));
	}

	private void copyFile(Path file, Path copy) throws IOException {
		try {
			Files.copy(file, copy);
		}
		catch (NoSuchFileException ex) {
			return;
		}
		if (APPENDED.matcher(String.valueOf(file.getFileName())).matches() && kept(file) < Files.size(copy)) {
			try (RandomAccessFile opened = new RandomAccessFile(copy.toFile(), "rw")) {
				opened.setLength(kept(file));
			}
		}
	}

	private static Map<String, Long> sizes(Path store) throws IOException {
		Map<String, Long> sizes = new TreeMap<>();
		try (Stream<Path> files = Files.list(store)) {
			for (Path file : files.filter(Files::isRegularFile).toList()) {
				sizes.put(String.valueOf(file.getFileName()), file.toFile().length());
			}
		}
		return sizes;
	}

}
