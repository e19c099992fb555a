package io.eardrum.storage.series;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;

/**
 * What an index has reserved of a share of the heap, in steps, so that few series have to
 * ask for more. Used by one thread at a time.
 */
final class ReservedMemory {

	/** How much is reserved at a time. */
	private static final long STEP_BYTES = 16 << 10;

	private final @Nullable HeapShare share;

	private long reservedBytes;

	/**
	 * Creates an empty reservation.
	 * @param share the share, or {@code null} to count nothing
	 */
	ReservedMemory(@Nullable HeapShare share) {
		this.share = share;
	}

	/**
	 * Reserves memory.
	 * @param needed how many bytes are needed in all
	 * @param always whether to reserve them even if they are not free
	 * @return whether they are reserved
	 */
	boolean reserve(long needed, boolean always) {
		HeapShare from = this.share;
		if (tryReserve(needed) || from == null) {
			return true;
		}
		if (!always) {
			from.refused();
			return false;
		}
		from.force(needed - this.reservedBytes);
		this.reservedBytes = needed;
		return true;
	}

	/**
	 * Reserves memory if it is free. A refusal is not counted, because the caller can do
	 * without.
	 * @param needed how many bytes are needed in all
	 * @return whether they are reserved
	 */
	boolean tryReserve(long needed) {
		HeapShare from = this.share;
		long missing = needed - this.reservedBytes;
		if (from == null || missing <= 0) {
			return true;
		}
		long step = Math.max(missing, STEP_BYTES);
		if (!from.tryReserve(step)) {
			step = missing;
			if (!from.tryReserve(step)) {
				return false;
			}
		}
		this.reservedBytes += step;
		return true;
	}

	/**
	 * Releases what is no longer needed, but for a step, so that not every change asks
	 * the share.
	 * @param needed how many bytes are needed; 0 releases everything
	 */
	void releaseDownTo(long needed) {
		long free = this.reservedBytes - needed - ((needed > 0) ? STEP_BYTES : 0);
		if (this.share != null && (free >= STEP_BYTES || (needed == 0 && free > 0))) {
			this.share.release(free);
			this.reservedBytes -= free;
		}
	}

}
