package io.eardrum.storage.embedded.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

import io.eardrum.storage.embedded.directory.seal.StoreIdentity;

/**
 * What tells the directory of a store from another one that has come into its place: what
 * the file system calls it and a file in it.
 *
 * @param directory the key of the directory
 * @param identity the key of the file that says which store it is
 */
record DirectoryKey(Object directory, Object identity) {

	/**
	 * Reads the key of a directory.
	 * @param path the directory
	 * @return the key
	 * @throws IOException if it or the file is not there, or can't be read
	 */
	static DirectoryKey of(Path path) throws IOException {
		return new DirectoryKey(key(path), key(path.resolve(StoreIdentity.FILE)));
	}

	private static Object key(Path file) throws IOException {
		Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
		// Not every system has them.
		return (key != null) ? key : file;
	}

}
