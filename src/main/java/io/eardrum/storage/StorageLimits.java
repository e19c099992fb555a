package io.eardrum.storage;

import java.time.Duration;

/**
 * The limits of a durable store, for the meters: its statistics are compared with them.
 *
 * @param headBytes how much memory the points that are not yet in chunks may take; beyond
 * it, puts wait
 * @param minFreeBytes the free disk space below which points are refused
 * @param maxSeries how many series there may be
 * @param checkpointInterval after what time points are in chunks at the latest
 * @param scrubInterval how often all files are read to find damage; zero means never
 */
public record StorageLimits(long headBytes, long minFreeBytes, int maxSeries, Duration checkpointInterval,
		Duration scrubInterval) {
}
