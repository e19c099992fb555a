package io.eardrum.storage.embedded.log;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.StorageException;

/**
 * Knows whether points can be put, and if not, why.
 * <p>
 * Safe for any number of threads.
 */
public final class WriteAvailability {

	/**
	 * A write or an fsync failed. Nothing is written until RocksDB has been reopened.
	 */
	private volatile @Nullable String writeProblem;

	/** A checkpoint failed. The next one that succeeds clears this. */
	private volatile @Nullable String checkpointProblem;

	private volatile @Nullable String spaceProblem;

	/**
	 * Ensures that points can be put.
	 * @throws StorageException if they can't be put
	 */
	public void ensureWritable() {
		String problem = problem();
		if (problem != null) {
			throw new StorageException(problem);
		}
	}

	/**
	 * Ensures that everything acknowledged has been written.
	 * @throws StorageException if a write failed and nothing could be written since
	 */
	public void ensureNoWriteFailed() {
		String problem = this.writeProblem;
		if (problem != null) {
			throw new StorageException(problem);
		}
	}

	public @Nullable String problem() {
		// Each field is read once, because it may be cleared a moment later.
		String write = this.writeProblem;
		if (write != null) {
			return write;
		}
		String checkpoint = this.checkpointProblem;
		return (checkpoint != null) ? checkpoint : this.spaceProblem;
	}

	public boolean isWriteFailed() {
		return this.writeProblem != null;
	}

	public boolean isCheckpointFailed() {
		return this.checkpointProblem != null;
	}

	public void writeFailed(String problem) {
		this.writeProblem = problem;
	}

	public void writeHealed() {
		this.writeProblem = null;
	}

	public void checkpointFailed(String problem) {
		this.checkpointProblem = problem;
	}

	public void checkpointSucceeded() {
		this.checkpointProblem = null;
	}

	public void space(@Nullable String problem) {
		this.spaceProblem = problem;
	}

}
