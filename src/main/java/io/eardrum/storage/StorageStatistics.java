package io.eardrum.storage;

/**
 * Statistics of a durable store, as of one moment, for the meters.
 *
 * @param fsyncs how often data has been made safe against power loss since the start
 * @param fsyncNanos how long that took in total, in nanoseconds
 * @param checkpoints how many checkpoints have been made since the start
 * @param checkpointNanos how long they took in total, in nanoseconds
 * @param lastCheckpointMillis when the last one ended, in milliseconds since 1970; 0 if
 * there has been none since the start
 * @param logBytes how much of the log a start would have to read now, in bytes
 * @param headBytes how much memory the points that are not yet in chunks take
 * @param series how many series there are
 * @param storedPoints how many points are in chunks; an overwritten point counts until
 * its chunk is rewritten
 * @param chunkBytes how much disk space the chunks take
 * @param waitingWriters how many threads are waiting for a checkpoint to make room
 * @param uncleanStarts how often the store was opened without having been closed before
 * @param freeBytes how much disk space is left
 * @param unsyncedNanos how long the oldest of the points that were acknowledged before an
 * fsync has been waiting for it, in nanoseconds; 0 if there is none
 * @param clockJumpSeconds by how many seconds the clock is ahead of the time that
 * retention uses, while the clock is not trusted; 0 otherwise
 * @param lastScrubMillis when everything on the disk was last found undamaged, in
 * milliseconds since 1970, possibly before the start; 0 if it never was
 * @param damagedFiles how many of the files in use have been found damaged since the
 * start
 */
public record StorageStatistics(long fsyncs, long fsyncNanos, long checkpoints, long checkpointNanos,
		long lastCheckpointMillis, long logBytes, long headBytes, long series, long storedPoints, long chunkBytes,
		int waitingWriters, long uncleanStarts, long freeBytes, long unsyncedNanos, long clockJumpSeconds,
		long lastScrubMillis, int damagedFiles) {
}
