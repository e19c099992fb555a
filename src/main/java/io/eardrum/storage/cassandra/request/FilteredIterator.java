package io.eardrum.storage.cassandra.request;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Walks over what another iterator has, and leaves some of it out. Used by one thread.
 *
 * @param <T> what it walks over
 */
public final class FilteredIterator<T> implements Iterator<T> {

	private final Iterator<T> all;

	private final Predicate<T> wanted;

	private @Nullable T next;

	/**
	 * Creates an iterator.
	 * @param all what it walks over
	 * @param wanted decides what is not left out
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
