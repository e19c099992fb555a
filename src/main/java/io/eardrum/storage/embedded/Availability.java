package io.eardrum.storage.embedded;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.StorageException;

/**
 * Whether points can be put, and why not.
 * <p>
 * Safe for any number of threads.
 */
final class Availability {

	/** A write or an fsync failed; nothing is written until RocksDB was opened anew. */
	private volatile @Nullable String writeProblem;

	/** A checkpoint failed; the next one that succeeds clears it. */
	private volatile @Nullable String checkpointProblem;

	private volatile @Nullable String spaceProblem;

	/**
	 * Ensures that points can be put.
	 * @throws StorageException if they can't
	 */
	void ensureWritable() {
		String problem = problem();
		if (problem != null) {
			throw new StorageException(problem);
		}
	}

	/**
	 * Ensures that all that was acknowledged has been written.
	 * @throws StorageException if a write failed, and nothing could be written since
	 */
	void ensureNoWriteFailed() {
		String problem = this.writeProblem;
		if (problem != null) {
			throw new StorageException(problem);
		}
	}

	@Nullable String problem() {
		// Each once: it may be gone a moment later.
		String write = this.writeProblem;
		if (write != null) {
			return write;
		}
		String checkpoint = this.checkpointProblem;
		return (checkpoint != null) ? checkpoint : this.spaceProblem;
	}

	boolean isWriteFailed() {
		return this.writeProblem != null;
	}

	boolean isCheckpointFailed() {
		return this.checkpointProblem != null;
	}

	void writeFailed(String problem) {
		this.writeProblem = problem;
	}

	void writeHealed() {
		this.writeProblem = null;
	}

	void checkpointFailed(String problem) {
		this.checkpointProblem = problem;
	}

	void checkpointSucceeded() {
		this.checkpointProblem = null;
	}

	void space(@Nullable String problem) {
		this.spaceProblem = problem;
	}

}
