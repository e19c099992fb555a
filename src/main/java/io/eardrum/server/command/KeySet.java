package io.eardrum.server.command;

import java.util.Arrays;

import io.eardrum.metric.SeriesKey;

/**
 * The keys of some puts, by their hashes alone: it may say that a key is there although
 * it is not, and never the reverse. Takes bounded time, whatever the keys are. Used by
 * one thread at a time.
 */
final class KeySet {

	private static final int INITIAL_SLOTS = 32;

	/** The part of the places that is used, at most: one of so many. */
	private static final int SPARSENESS = 4;

	/** More places than these are not kept from one use to the next. */
	private static final int KEPT_SLOTS = 512;

	/** A key is looked for in so many places. */
	private static final int MAX_PROBES = 32;

	/** Marks a free place. */
	private static final int NONE = 0;

	private int[] slots = new int[INITIAL_SLOTS];

	private int size;

	/** Whether there was no place for a key, so that all others count as there. */
	private boolean overflown;

	/**
	 * Adds a key.
	 * @param keyHash its hash
	 */
	void add(int keyHash) {
		if (this.size >= this.slots.length / SPARSENESS) {
			grow();
		}
		insert(keyHash);
	}

	private void insert(int keyHash) {
		int hash = nonZero(keyHash);
		int slot = slot(hash);
		for (int probe = 0; probe < MAX_PROBES; probe++) {
			int found = this.slots[slot];
			if (found == hash) {
				return;
			}
			if (found == NONE) {
				this.slots[slot] = hash;
				this.size++;
				return;
			}
			slot = (slot + 1) & (this.slots.length - 1);
		}
		this.overflown = true;
	}

	private void grow() {
		int[] before = this.slots;
		this.slots = new int[before.length * 2];
		this.size = 0;
		for (int hash : before) {
			if (hash != NONE) {
				insert(hash);
			}
		}
	}

	/**
	 * Returns whether a key may have been added.
	 * @param key the key
	 * @return {@code false} if it has certainly not
	 */
	boolean mayContain(SeriesKey key) {
		if (this.overflown) {
			return true;
		}
		int hash = nonZero(key.hashCode());
		int slot = slot(hash);
		for (int probe = 0; probe < MAX_PROBES; probe++) {
			int found = this.slots[slot];
			if (found == hash) {
				return true;
			}
			if (found == NONE) {
				return false;
			}
			slot = (slot + 1) & (this.slots.length - 1);
		}
		return false;
	}

	void clear() {
		if (this.slots.length > KEPT_SLOTS) {
			this.slots = new int[INITIAL_SLOTS];
			this.size = 0;
		}
		else if (this.size > 0) {
			Arrays.fill(this.slots, NONE);
			this.size = 0;
		}
		this.overflown = false;
	}

	// Spread, because hashes may differ in their upper bits only.
	private int slot(int hash) {
		int spread = hash * 0x9E3779B9;
		return spread >>> Integer.numberOfLeadingZeros(this.slots.length - 1);
	}

	private static int nonZero(int hash) {
		return (hash != NONE) ? hash : 1;
	}

}
