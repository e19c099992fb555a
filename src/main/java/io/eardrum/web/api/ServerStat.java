package io.eardrum.web.api;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.eardrum.address.ConnectedClients;
import io.eardrum.protocol.CommandTotals;
import io.eardrum.storage.BackupHistory;
import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.SeriesAhead;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageStatistics;
import io.eardrum.storage.StorageStatus;
import io.eardrum.web.http.Exchange;
import io.eardrum.web.http.Query;
import io.eardrum.web.http.TextReply;

/**
 * Answers with the state of the server in a few numbers. Most of them count from the
 * start, so that whoever asks twice gets rates.
 * <p>
 * Safe for any number of threads.
 */
final class ServerStat {

	static final Set<String> PARAMETERS = Set.of("format");

	private static final double MILLIS = 1000.0;

	private final MetricRepository repository;

	private final CommandTotals totals;

	private final ConnectedClients clients;

	private final @Nullable BackupHistory backups;

	private final Clock clock;

	private final Instant started;

	ServerStat(MetricRepository repository, CommandTotals totals, ConnectedClients clients,
			@Nullable BackupHistory backups, Clock clock) {
		this.repository = repository;
		this.totals = totals;
		this.clients = clients;
		this.backups = backups;
		this.clock = clock;
		this.started = clock.instant();
	}

	/**
	 * Answers with the numbers of now.
	 * @param query the parameters
	 * @param exchange the reply
	 * @throws IOException if the client has gone
	 */
	void now(Query query, Exchange exchange) throws IOException {
		boolean csv = PointsReader.isCsv(query.optional("format"), exchange.header("Accept"));
		Map<String, Object> values = values();
		exchange.reply(csv ? "text/csv;charset=UTF-8" : "application/json", (text) -> {
			text.ascii(csv ? "name,value\n" : "{");
			String separator = "\n";
			for (Map.Entry<String, Object> entry : values.entrySet()) {
				if (csv) {
					text.ascii(entry.getKey()).ascii(",");
					write(entry.getValue(), text::csvField, text);
					text.ascii("\n");
				}
				else {
					text.ascii(separator).jsonString(entry.getKey()).ascii(":");
					write(entry.getValue(), text::jsonString, text);
					separator = ",\n";
				}
			}
			text.ascii(csv ? "" : "}\n");
		});
	}

	private static void write(Object value, TextWriter texts, TextReply text) throws IOException {
		if (value instanceof Long number) {
			text.integer(number);
		}
		else if (value instanceof Double number) {
			text.value(number);
		}
		else if (value instanceof Boolean truth) {
			text.ascii(truth.toString());
		}
		else {
			texts.write(value.toString());
		}
	}

	private Map<String, Object> values() {
		Map<String, Object> values = new LinkedHashMap<>();
		String version = ServerStat.class.getPackage().getImplementationVersion();
		values.put("version", Objects.requireNonNullElse(version, "built from sources"));
		Instant now = this.clock.instant();
		values.put("time", now.toString());
		values.put("uptimeSeconds", Duration.between(this.started, now).toMillis() / MILLIS);
		values.put("pointsPut", this.totals.pointsPut());
		values.put("pointsRefused", this.totals.pointsRefused());
		values.put("pointsReturned", this.totals.pointsReturned());
		values.put("commandsServed", this.totals.served());
		values.put("commandsFailed", this.totals.failed());
		values.put("clients", (long) this.clients.count());
		values.put("clientsLimit", (long) this.clients.limit());
		addSeries(values);
		StorageStatus status = this.repository.status();
		values.put("storageEngine", status.engine());
		values.put("storageWritable", status.writable());
		String problem = status.problem();
		if (problem != null) {
			values.put("storageProblem", problem);
		}
		if (this.repository instanceof DurableMetricRepository durable) {
			addStatistics(durable.statistics(), values);
		}
		if (this.backups != null) {
			addBackups(this.backups, values);
		}
		return values;
	}

	private void addSeries(Map<String, Object> values) {
		try {
			values.put("series", this.repository.seriesCount());
		}
		catch (StorageException ex) {
			// What is not known is left out.
			return;
		}
		SeriesAhead ahead = this.repository.seriesAhead();
		if (ahead != null) {
			values.put("seriesAhead", ahead.count());
		}
	}

	private static void addStatistics(StorageStatistics statistics, Map<String, Object> values) {
		values.put("diskBytes", statistics.chunkBytes() + statistics.logBytes());
		values.put("diskFreeBytes", statistics.freeBytes());
		values.put("logBytes", statistics.logBytes());
		values.put("memoryBytes", statistics.headBytes());
		values.put("pointsStored", statistics.storedPoints());
		putTime("lastCheckpoint", statistics.lastCheckpointMillis(), values);
		putTime("lastScrub", statistics.lastScrubMillis(), values);
		values.put("damagedFiles", (long) statistics.damagedFiles());
	}

	private static void addBackups(BackupHistory backups, Map<String, Object> values) {
		BackupHistory.Backup last = backups.last();
		if (last != null) {
			values.put("lastBackup", last.made().truncatedTo(ChronoUnit.MILLIS).toString());
			values.put("lastBackupBytes", last.bytes());
		}
		values.put("backupsFailed", backups.failures());
	}

	private static void putTime(String name, long millis, Map<String, Object> values) {
		if (millis > 0) {
			values.put(name, Instant.ofEpochMilli(millis).toString());
		}
	}

	/**
	 * Writes a text as the format needs it.
	 */
	private interface TextWriter {

		@Nullable Object write(String text) throws IOException;

	}

}
