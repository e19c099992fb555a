package io.eardrum.storage.embedded.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

import io.eardrum.storage.embedded.directory.seal.StoreIdentity;

/**
 * Distinguishes the directory of a store from another one that has taken its place, by
 * the keys that the file system gives to the directory and to a file in it.
 *
 * @param directory the key of the directory
 * @param identity the key of the file that identifies the store
 */
record DirectoryKey(Object directory, Object identity) {

	/**
	 * Reads the key of a directory.
	 * @param path the directory
	 * @return the key
	 * @throws IOException if the directory or the file does not exist or can't be read
	 */
	static DirectoryKey of(Path path) throws IOException {
		return new DirectoryKey(key(path), key(path.resolve(StoreIdentity.FILE)));
	}

	private static Object key(Path file) throws IOException {
		Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
		// Not every file system has keys.
		return (key != null) ? key : file;
	}

}
