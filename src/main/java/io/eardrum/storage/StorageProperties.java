package io.eardrum.storage;

import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DataSizeUnit;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;
import org.springframework.util.unit.DataUnit;

/**
 * The configuration of the store.
 *
 * @param type the engine: embedded keeps points on disk, memory forgets them when the
 * server stops, cassandra stores them in a cluster of Apache Cassandra
 * @param path the directory of the embedded store, which is made if it does not exist
 * @param fsync when an acknowledged put is safe against power loss: always (before it is
 * acknowledged), everysec (a second later; puts wait once one has waited for two seconds)
 * or never (when the operating system decides). None of them loses a point when the
 * process is killed
 * @param memory how much memory the embedded store may take for points that are not yet
 * in chunks, for caches and for write buffers, 64MB or more; by default a quarter of the
 * heap, and an eighth of the memory of the machine or container (256MB at most)
 * @param maxSeries how many series there may be, 1 or more; points of further series are
 * refused. By default as many as fit into eardrum.heap.series, which is a limit in any
 * case; with cassandra any number
 * @param maxFuture how far ahead of the server's clock the timestamp of a point may be,
 * 1m to 3650d, for example 1d; points beyond it are refused. 0 means that any timestamp
 * is taken. Timestamps are taken as seconds since 1970
 * @param minFreeSpace the free disk space below which puts are refused
 * @param checkpointInterval after what time points get from the log into chunks at the
 * latest, 1s to 1d; they do so earlier when they fill half of their memory
 * @param retention how long points are kept, 1m or more, for example 30d; 0 means for
 * ever. Timestamps are taken as seconds since 1970
 * @param retentionRules how long the points of some keys are kept. The first rule whose
 * pattern matches the whole key counts, and retention if none does
 * @param retentionJump what to do if the clock is far ahead of the embedded store when
 * the store is opened. With hold, retention removes no point by this clock until it has
 * run evenly for an hour, or for a day if it is more than a day ahead. With accept, the
 * clock is trusted at once; remove this setting after one start
 * @param backupPath the directory in which the actuator endpoint makes backups; by
 * default the directory backups in that of the store
 * @param recover what to do with a damaged store: strict does not start; tail drops the
 * damaged end of the log, after a power failure; accept takes what is left, whatever is
 * missing. Remove the last two after one start
 * @param scrubInterval how often all files of the embedded store are read in the
 * background, to find damage before a client meets it, 1h to 365d; 0 means never
 * @param cassandra settings of the engine cassandra only; spring.cassandra configures the
 * connection
 * @param backupInterval the least time between two backups that the actuator endpoint
 * makes, up to 1d; 0 means no such limit
 * @param backupKeep how many backups there may be, 1 to 10000; when there are as many, no
 * more are made until some have been deleted
 */
@ConfigurationProperties(prefix = "eardrum.storage", ignoreUnknownFields = false)
public record StorageProperties(@DefaultValue("embedded") String type, @DefaultValue("data") Path path,
		@DefaultValue("always") String fsync, @Nullable @DataSizeUnit(DataUnit.MEGABYTES) DataSize memory,
		@Nullable Integer maxSeries, @DefaultValue("0s") @DurationUnit(ChronoUnit.SECONDS) Duration maxFuture,
		@DefaultValue("256MB") @DataSizeUnit(DataUnit.MEGABYTES) DataSize minFreeSpace,
		@DefaultValue("10m") @DurationUnit(ChronoUnit.SECONDS) Duration checkpointInterval,
		@DefaultValue("0s") @DurationUnit(ChronoUnit.SECONDS) Duration retention,
		@DefaultValue List<RetentionRule> retentionRules, @DefaultValue("hold") String retentionJump,
		@Nullable Path backupPath, @DefaultValue("strict") String recover,
		@DefaultValue("7d") @DurationUnit(ChronoUnit.SECONDS) Duration scrubInterval, @DefaultValue Cassandra cassandra,
		@DefaultValue("1m") @DurationUnit(ChronoUnit.SECONDS) Duration backupInterval,
		@DefaultValue("7") int backupKeep) {

	/** The name of the file in the store's directory that holds the saved views. */
	public static final String VIEWS = "eardrum.views";

	private static final long MIN_MEMORY_MEGABYTES = 64;

	/** The memory that a series takes at least, in bytes. */
	private static final int MIN_SERIES_BYTES = 108;

	/** The part of the heap that all series may take is one divided by this. */
	private static final int SERIES_PART = 3;

	private static final Duration MIN_SCRUB_INTERVAL = Duration.ofHours(1);

	private static final Duration MAX_SCRUB_INTERVAL = Duration.ofDays(365);

	private static final Duration MAX_BACKUP_INTERVAL = Duration.ofDays(1);

	/** Each backup is a directory, and all are counted before the next one is made. */
	private static final int MAX_BACKUPS = 10_000;

	private static final Duration MIN_RETENTION = Duration.ofMinutes(1);

	private static final Duration MIN_FUTURE = Duration.ofMinutes(1);

	private static final Duration MAX_FUTURE = Duration.ofDays(3650);

	/** A connection takes 1024 requests at once, and there is one to each node. */
	private static final int MAX_REQUESTS = 10_000;

	private static final Duration MIN_WAIT = Duration.ofMillis(100);

	private static final Duration MAX_WAIT = Duration.ofMinutes(1);

	public StorageProperties {
		check("type", type, List.of("embedded", "memory", "cassandra").contains(type),
				"It must be embedded, memory or cassandra.");
		fsync = fsync.toLowerCase(Locale.ROOT);
		check("fsync", fsync, List.of("always", "everysec", "never").contains(fsync),
				"It must be always, everysec or never.");
		recover = recover.toLowerCase(Locale.ROOT);
		check("recover", recover, List.of("strict", "tail", "accept").contains(recover),
				"It must be strict, tail or accept.");
		if (memory != null) {
			check("memory", memory, memory.toMegabytes() >= MIN_MEMORY_MEGABYTES, "It must be at least 64MB.");
		}
		if (maxSeries != null) {
			check("max-series", maxSeries, maxSeries >= 1, "It must be 1 or more.");
		}
		check("max-future", maxFuture,
				maxFuture.isZero() || (maxFuture.compareTo(MIN_FUTURE) >= 0 && maxFuture.compareTo(MAX_FUTURE) <= 0),
				"It must be from 1m to 3650d, or 0 to take any timestamp.");
		check("min-free-space", minFreeSpace, !minFreeSpace.isNegative(), "It must not be negative.");
		check("checkpoint-interval", checkpointInterval, checkpointInterval.compareTo(Duration.ofSeconds(1)) >= 0
				&& checkpointInterval.compareTo(Duration.ofDays(1)) <= 0, "It must be from 1s to 1d.");
		check("scrub-interval", scrubInterval,
				scrubInterval.isZero() || (scrubInterval.compareTo(MIN_SCRUB_INTERVAL) >= 0
						&& scrubInterval.compareTo(MAX_SCRUB_INTERVAL) <= 0),
				"It must be from 1h to 365d, or 0 to read nothing in the background.");
		checkRetention("retention", retention);
		for (int i = 0; i < retentionRules.size(); i++) {
			RetentionRule rule = retentionRules.get(i);
			check("retention-rules[" + i + "].keys", rule.keys(), !rule.keys().isBlank(),
					"It must be a pattern of keys, such as 'debug.*'.");
			check("retention-rules[" + i + "].retention", "", !rule.retention().isNegative(),
					"It must be given: 1m or more, or 0 to keep points for ever.");
			checkRetention("retention-rules[" + i + "].retention", rule.retention());
		}
		retentionRules = List.copyOf(retentionRules);
		retentionJump = retentionJump.toLowerCase(Locale.ROOT);
		check("retention-jump", retentionJump, List.of("hold", "accept").contains(retentionJump),
				"It must be hold or accept.");
		check("backup-interval", backupInterval,
				!backupInterval.isNegative() && backupInterval.compareTo(MAX_BACKUP_INTERVAL) <= 0,
				"It must be from 0s to 1d.");
		check("backup-keep", backupKeep, backupKeep >= 1 && backupKeep <= MAX_BACKUPS,
				"It must be from 1 to " + MAX_BACKUPS + ".");
		check("cassandra.replication-factor", cassandra.replicationFactor(), cassandra.replicationFactor() >= 1,
				"It must be 1 or more.");
		check("cassandra.max-requests", cassandra.maxRequests(),
				cassandra.maxRequests() >= 1 && cassandra.maxRequests() <= MAX_REQUESTS,
				"It must be from 1 to " + MAX_REQUESTS + ".");
		check("cassandra.max-wait", cassandra.maxWait(),
				cassandra.maxWait().compareTo(MIN_WAIT) >= 0 && cassandra.maxWait().compareTo(MAX_WAIT) <= 0,
				"It must be from 100ms to 1m.");
	}

	/**
	 * Returns how many series there may be, whatever the length of their keys. Fewer fit
	 * into memory if keys are long.
	 * @return the number of series
	 */
	public int seriesLimit() {
		return (this.maxSeries != null) ? this.maxSeries
				: (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / SERIES_PART / MIN_SERIES_BYTES);
	}

	/**
	 * Returns the file that holds the views of the page which are saved on this server. A
	 * cluster does not hold them, so each of its servers has a file of its own.
	 * @return the file, or {@code null} if nothing of the store outlives the server
	 */
	public @Nullable Path viewFile() {
		return this.type.equals("memory") ? null : this.path.resolve(VIEWS);
	}

	private static void checkRetention(String name, Duration retention) {
		check(name, retention, retention.isZero() || retention.compareTo(MIN_RETENTION) >= 0,
				"It must be 1m or more, or 0 to keep points for ever.");
	}

	private static void check(String name, Object value, boolean allowed, String reason) {
		if (!allowed) {
			throw new InvalidConfigurationPropertyValueException("eardrum.storage." + name, value, reason);
		}
	}

	/**
	 * How long the points of some keys are kept.
	 *
	 * @param keys a pattern of keys, in which * stands for any characters and ? for one
	 * @param retention how long, 1m or more; 0 means for ever
	 */
	public record RetentionRule(@DefaultValue("") String keys,
			@DefaultValue("-1s") @DurationUnit(ChronoUnit.SECONDS) Duration retention) {
	}

	/**
	 * How a cluster of Cassandra is used.
	 *
	 * @param createSchema whether the server makes the missing keyspace and tables;
	 * otherwise it waits until they have been made by other means, with schema.cql
	 * @param replicationFactor how many nodes of the local datacenter keep each point, 1
	 * or more; used when the server makes the keyspace, and not afterwards
	 * @param maxRequests how many requests of this server the cluster may work on at
	 * once, 1 to 10000; others wait
	 * @param maxWait how long a request waits for its turn before it fails, 100ms to 1m
	 */
	public record Cassandra(@DefaultValue("true") boolean createSchema, @DefaultValue("3") int replicationFactor,
			@DefaultValue("256") int maxRequests,
			@DefaultValue("5s") @DurationUnit(ChronoUnit.SECONDS) Duration maxWait) {
	}

}
