package io.eardrum.storage.embedded.directory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * Lets only one server at a time use a directory. RocksDB has a lock of its own, but
 * takes it only when it opens the store, which is after the files have been examined and
 * possibly truncated.
 */
final class StoreLock implements AutoCloseable {

	private static final String NAME = "eardrum.lock";

	/** RocksDB's own lock file, which versions before 0.1.0 rely on. */
	private static final String ROCKSDB_NAME = "LOCK";

	/**
	 * The directories that this process holds. Closing any descriptor of the lock file
	 * would release the process's lock on it, so it must not be opened a second time.
	 */
	private static final Set<Object> held = ConcurrentHashMap.newKeySet();

	private final Object key;

	private final List<FileChannel> channels;

	private StoreLock(Object key, List<FileChannel> channels) {
		this.key = key;
		this.channels = channels;
	}

	static StoreLock take(Path directory) {
		Path file = directory.resolve(NAME);
		Object key = null;
		FileChannel channel = null;
		try {
			Object directoryKey = keyOf(directory);
			if (!held.add(directoryKey)) {
				throw inUse(directory, null);
			}
			key = directoryKey;
			channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
			FileLock lock = channel.tryLock();
			if (lock == null) {
				throw inUse(directory, null);
			}
			StoreLock taken = new StoreLock(directoryKey, List.of(channel));
			key = null;
			channel = null;
			return taken;
		}
		catch (OverlappingFileLockException ex) {
			throw inUse(directory, ex);
		}
		catch (IOException ex) {
			throw new StoreOpenException("The file " + file + " can't be made and locked: " + ex,
					"Check that this user may write to the directory, and that its disk works and supports file locks.",
					ex);
		}
		finally {
			giveUp(key, (channel != null) ? List.of(channel) : List.of());
		}
	}

	/**
	 * Keeps servers from using a directory that is only read, provided it has a file to
	 * lock. Creates no file.
	 * @param directory the directory
	 * @return the lock
	 * @throws IOException if a file can't be read
	 * @throws StoreOpenException if a server uses the directory
	 */
	static StoreLock share(Path directory) throws IOException {
		Object key = keyOf(directory);
		if (!held.add(key)) {
			throw inUse(directory, null);
		}
		List<FileChannel> channels = new ArrayList<>();
		boolean taken = false;
		try {
			for (String name : List.of(NAME, ROCKSDB_NAME)) {
				Path file = directory.resolve(name);
				if (Files.isRegularFile(file)) {
					FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
					channels.add(channel);
					if (channel.tryLock(0, Long.MAX_VALUE, true) == null) {
						throw inUse(directory, null);
					}
				}
			}
			taken = true;
			return new StoreLock(key, channels);
		}
		catch (OverlappingFileLockException ex) {
			throw inUse(directory, ex);
		}
		finally {
			if (!taken) {
				giveUp(key, channels);
			}
		}
	}

	/**
	 * Returns whether there is a locked file that keeps servers out. If not, a server may
	 * have started meanwhile.
	 * @return whether there is
	 */
	boolean isExclusive() {
		return !this.channels.isEmpty();
	}

	static boolean isThere(Path directory) {
		return Files.exists(directory.resolve(NAME));
	}

	private static Object keyOf(Path directory) throws IOException {
		Object key = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
		return (key != null) ? key : directory.toRealPath();
	}

	private static StoreOpenException inUse(Path directory, @Nullable Exception cause) {
		return new StoreOpenException("The store in " + directory + " is in use by another Eardrum.",
				"Stop the other one, or set eardrum.storage.path to another directory.", cause);
	}

	private static void giveUp(@Nullable Object key, List<FileChannel> channels) {
		for (FileChannel channel : channels) {
			try {
				channel.close();
			}
			catch (IOException ex) {
				// The system closes it nevertheless, and thereby releases the lock.
			}
		}
		if (key != null) {
			held.remove(key);
		}
	}

	@Override
	public void close() {
		giveUp(this.key, this.channels);
	}

}
