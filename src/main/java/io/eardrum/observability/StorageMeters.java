package io.eardrum.observability;

import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.StorageLimits;
import io.eardrum.storage.StorageStatistics;

/**
 * Shows what a durable store has counted, and the limits to compare the numbers with.
 */
final class StorageMeters implements MeterBinder {

	private static final double NANOS_PER_SECOND = 1_000_000_000;

	private static final double MILLIS_PER_SECOND = 1000;

	private final DurableMetricRepository repository;

	StorageMeters(DurableMetricRepository repository) {
		this.repository = repository;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		timer(registry, "fsync", "Making data safe against power loss", StorageStatistics::fsyncs,
				StorageStatistics::fsyncNanos);
		timer(registry, "checkpoint", "Writing points from memory into chunks", StorageStatistics::checkpoints,
				StorageStatistics::checkpointNanos);
		gauge(registry, "last.checkpoint.timestamp.seconds", "When the last checkpoint ended, 0 if there was none yet",
				(statistics) -> statistics.lastCheckpointMillis() / MILLIS_PER_SECOND);
		gauge(registry, "log.bytes", "How much of the log a start would have to read", StorageStatistics::logBytes);
		gauge(registry, "head.bytes", "Memory of the points that are not in chunks yet", StorageStatistics::headBytes);
		limit(registry, "head.limit.bytes", "Memory that such points may take; beyond it, puts wait",
				StorageLimits::headBytes);
		limit(registry, "checkpoint.interval.seconds", "After how long points are in chunks at the latest",
				(limits) -> limits.checkpointInterval().toMillis() / MILLIS_PER_SECOND);
		gauge(registry, "chunk.points", "Points in chunks", StorageStatistics::storedPoints);
		gauge(registry, "chunk.bytes", "Disk space of the chunks", StorageStatistics::chunkBytes);
		gauge(registry, "waiting.writers", "Clients whose puts wait for a checkpoint to make room",
				StorageStatistics::waitingWriters);
		gauge(registry, "free.bytes", "Disk space that is left", StorageStatistics::freeBytes);
		gauge(registry, "unsynced.seconds", "Age of the oldest acknowledged point that waits for an fsync",
				(statistics) -> statistics.unsyncedNanos() / NANOS_PER_SECOND);
		gauge(registry, "clock.jump.seconds",
				"By how much the clock is ahead of the time that retention uses, while it is not trusted",
				StorageStatistics::clockJumpSeconds);
		gauge(registry, "last.scrub.timestamp.seconds",
				"When all files of the store were last found undamaged, 0 if they never were",
				(statistics) -> statistics.lastScrubMillis() / MILLIS_PER_SECOND);
		limit(registry, "scrub.interval.seconds", "How often all files are read to find damage, 0 if never",
				(limits) -> limits.scrubInterval().toMillis() / MILLIS_PER_SECOND);
		gauge(registry, "damaged.files", "Files in use that were found damaged", StorageStatistics::damagedFiles);
		limit(registry, "max.series", "Series that there may be; points of further ones are refused",
				StorageLimits::maxSeries);
		limit(registry, "min.free.bytes", "Disk space below which points are refused", StorageLimits::minFreeBytes);
		FunctionCounter
			.builder("eardrum.storage.unclean.starts", this.repository, (store) -> store.statistics().uncleanStarts())
			.description("How often the store was opened without having been closed before, over its whole life")
			.register(registry);
	}

	private void gauge(MeterRegistry registry, String name, String description,
			ToDoubleFunction<StorageStatistics> value) {
		Gauges.of("eardrum.storage." + name, this.repository, (store) -> value.applyAsDouble(store.statistics()))
			.description(description)
			.register(registry);
	}

	private void limit(MeterRegistry registry, String name, String description, ToDoubleFunction<StorageLimits> value) {
		Gauges.of("eardrum.storage." + name, this.repository, (store) -> value.applyAsDouble(store.limits()))
			.description(description)
			.register(registry);
	}

	private void timer(MeterRegistry registry, String name, String description, ToLongFunction<StorageStatistics> count,
			ToDoubleFunction<StorageStatistics> nanos) {
		FunctionTimer
			.builder("eardrum.storage." + name, this.repository, (store) -> count.applyAsLong(store.statistics()),
					(store) -> nanos.applyAsDouble(store.statistics()), TimeUnit.NANOSECONDS)
			.description(description)
			.register(registry);
	}

}
