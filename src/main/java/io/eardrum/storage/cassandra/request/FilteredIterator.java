package io.eardrum.storage.cassandra.request;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Iterates over the elements of another iterator, and leaves out some of them. Used by
 * one thread.
 *
 * @param <T> the type of the elements
 */
public final class FilteredIterator<T> implements Iterator<T> {

	private final Iterator<T> all;

	private final Predicate<T> wanted;

	private @Nullable T next;

	/**
	 * Creates an iterator.
	 * @param all the other iterator
	 * @param wanted decides which elements are not left out
	 */
	public FilteredIterator(Iterator<T> all, Predicate<T> wanted) {
		this.all = all;
		this.wanted = wanted;
	}

	@Override
	public boolean hasNext() {
		while (this.next == null && this.all.hasNext()) {
			T candidate = this.all.next();
			if (this.wanted.test(candidate)) {
				this.next = candidate;
			}
		}
		return this.next != null;
	}

	@Override
	public T next() {
		T found = hasNext() ? this.next : null;
		if (found == null) {
			throw new NoSuchElementException();
		}
		this.next = null;
		return found;
	}

}
