package io.eardrum.storage;

import java.time.Duration;

/**
 * The limits that a durable store holds itself to, for the meters: its statistics are
 * compared with them.
 *
 * @param headBytes how much memory the points may take that are not yet in chunks; past
 * it, puts wait
 * @param minFreeBytes below how much free disk space points are refused
 * @param maxSeries how many series there may be
 * @param checkpointInterval after how long points get into chunks at the latest
 * @param scrubInterval how often all files are read to find damage; zero is never
 */
public record StorageLimits(long headBytes, long minFreeBytes, int maxSeries, Duration checkpointInterval,
		Duration scrubInterval) {
}
