package io.eardrum.storage;

/**
 * What a durable store counts, as of one moment, for the meters.
 *
 * @param fsyncs how often data was made safe against power loss since the start
 * @param fsyncNanos how long that took in sum, in nanoseconds
 * @param checkpoints how many checkpoints were made since the start
 * @param checkpointNanos how long they took in sum, in nanoseconds
 * @param lastCheckpointMillis when the last one ended, in milliseconds since 1970; 0 if
 * there was none since the start
 * @param logBytes how much of the log a start would have to read now
 * @param headBytes how much memory the points take that are not yet in chunks
 * @param series how many series there are
 * @param storedPoints how many points are in chunks; one that was overwritten counts
 * until its chunk is written anew
 * @param chunkBytes how much disk space the chunks take
 * @param waitingWriters how many threads wait for a checkpoint to make room
 * @param uncleanStarts how often the store was found not to have been closed
 * @param freeBytes how much disk space is left
 * @param unsyncedNanos for how long the oldest point has been waiting for an fsync that
 * was acknowledged before one, in nanoseconds; 0 if there is none
 * @param clockJumpSeconds by how many seconds the clock is ahead of what retention goes
 * by, while it is not believed; 0 otherwise
 * @param lastScrubMillis when all that is on the disk was last found whole, in
 * milliseconds since 1970, also before the start; 0 if it never was
 * @param damagedFiles how many of the files that are in use were found damaged since the
 * start
 */
public record StorageStatistics(long fsyncs, long fsyncNanos, long checkpoints, long checkpointNanos,
		long lastCheckpointMillis, long logBytes, long headBytes, long series, long storedPoints, long chunkBytes,
		int waitingWriters, long uncleanStarts, long freeBytes, long unsyncedNanos, long clockJumpSeconds,
		long lastScrubMillis, int damagedFiles) {
}
