package io.eardrum.storage.embedded.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the native part of RocksDB, once per process: from {@code java.library.path} if
 * it is there, as in a container image, and otherwise from the jar.
 * <p>
 * By default, RocksDB unpacks it into a new temporary file, which leaves 17 MB behind
 * whenever the process is killed. This class therefore unpacks it into the directory of
 * the store, where the next start overwrites it.
 */
public final class NativeLibrary {

	private static final Logger logger = LoggerFactory.getLogger(NativeLibrary.class);

	private NativeLibrary() {
	}

	/**
	 * Loads the library if it has not been loaded.
	 * @param store the directory of the store
	 */
	public static synchronized void load(Path store) {
		try {
			Path directory = Files.createDirectories(store.resolve("native"));
			NativeLibraryLoader.getInstance().loadLibrary(directory.toString());
		}
		catch (IOException | RuntimeException | UnsatisfiedLinkError ex) {
			logger.debug("RocksDB can't be loaded from {}", store, ex);
		}
		RocksDB.loadLibrary();
	}

}
