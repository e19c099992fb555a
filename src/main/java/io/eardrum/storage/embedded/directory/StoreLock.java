package io.eardrum.storage.embedded.directory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * Lets one server at a time use a directory. RocksDB has a lock of its own, but takes it
 * only when it opens the store, which is after its files were judged and perhaps cut.
 */
final class StoreLock implements AutoCloseable {

	private static final String NAME = "eardrum.lock";

	/**
	 * The directories that this process holds. Closing any descriptor of the file would
	 * give up the process's lock on it, so nobody may open it a second time.
	 */
	private static final Set<Object> held = ConcurrentHashMap.newKeySet();

	private final Object key;

	private final FileChannel channel;

	private StoreLock(Object key, FileChannel channel) {
		this.key = key;
		this.channel = channel;
	}

	static StoreLock take(Path directory) {
		Path file = directory.resolve(NAME);
		Object key = null;
		FileChannel channel = null;
		try {
			Object found = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
			Object directoryKey = (found != null) ? found : directory.toRealPath();
			if (!held.add(directoryKey)) {
				throw inUse(directory, null);
			}
			key = directoryKey;
			channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
			FileLock lock = channel.tryLock();
			if (lock == null) {
				throw inUse(directory, null);
			}
			StoreLock taken = new StoreLock(directoryKey, channel);
			key = null;
			channel = null;
			return taken;
		}
		catch (OverlappingFileLockException ex) {
			throw inUse(directory, ex);
		}
		catch (IOException ex) {
			throw new StoreOpenException("The file " + file + " can't be made and locked: " + ex,
					"Check that this user may write to the directory, and that its disk works and lets files be locked.",
					ex);
		}
		finally {
			giveUp(key, channel);
		}
	}

	private static StoreOpenException inUse(Path directory, @Nullable Exception cause) {
		return new StoreOpenException("The store in " + directory + " is in use by another Eardrum.",
				"Stop the other one, or set eardrum.storage.path to another directory.", cause);
	}

	private static void giveUp(@Nullable Object key, @Nullable FileChannel channel) {
		try {
			if (channel != null) {
				channel.close();
			}
		}
		catch (IOException ex) {
			// The system closes it, and so gives up the lock, all the same.
		}
		if (key != null) {
			held.remove(key);
		}
	}

	@Override
	public void close() {
		giveUp(this.key, this.channel);
	}

}
