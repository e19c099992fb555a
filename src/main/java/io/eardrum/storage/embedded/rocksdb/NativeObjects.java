package io.eardrum.storage.embedded.rocksdb;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The native objects of an open RocksDB, which are closed together in reverse order.
 * <p>
 * Not safe for use by several threads at once.
 */
final class NativeObjects {

	private final Deque<AutoCloseable> opened = new ArrayDeque<>();

	/**
	 * Adds an object to close.
	 * @param <T> its type
	 * @param object the object
	 * @return the same object
	 */
	<T extends AutoCloseable> T add(T object) {
		this.opened.push(object);
		return object;
	}

	/**
	 * Closes all objects.
	 * @throws Exception if one of them can't be closed; the objects added before it are
	 * not closed then
	 */
	void closeAll() throws Exception {
		while (!this.opened.isEmpty()) {
			this.opened.pop().close();
		}
	}

}
