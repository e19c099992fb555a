package io.eardrum.web.api;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletResponse;

import io.eardrum.address.ConnectedClients;
import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.CommandTotals;
import io.eardrum.protocol.fixture.RecordedCounts;
import io.eardrum.storage.BackupHistory;
import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.SeriesAhead;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageStatistics;
import io.eardrum.storage.StorageStatus;
import io.eardrum.storage.fixture.TimestampChecks;
import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.admission.RequestGate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ServerStat}.
 */
class ServerStatTests {

	@Test
	void durableStoreTellsItsDisk() throws IOException {
		DurableMetricRepository store = mock(DurableMetricRepository.class);
		given(store.seriesCount()).willReturn(7L);
		given(store.seriesAhead()).willReturn(new SeriesAhead(2, SeriesKey.of("palm.cpu")));
		given(store.status()).willReturn(new StorageStatus("embedded", false, "the disk, it is \"full\"", Map.of()));
		given(store.statistics()).willReturn(
				new StorageStatistics(1, 2, 3, 4, 1_800_000_000_000L, 100, 200, 7, 1000, 900, 0, 0, 5000, 0, 0, 0, 1));
		assertThat(get(store, "json"))
			.contains("\"series\":7", "\"seriesAhead\":2", "\"storageWritable\":false",
					"\"storageProblem\":\"the disk, it is \\\"full\\\"\"", "\"diskBytes\":1000",
					"\"diskFreeBytes\":5000", "\"lastCheckpoint\":\"2027-01-15T08:00:00Z\"", "\"damagedFiles\":1")
			.doesNotContain("lastScrub");
		assertThat(get(store, "csv")).contains("\nseriesAhead,2\n",
				"\nstorageProblem,\"the disk, it is \"\"full\"\"\"\n", "\nlastCheckpoint,2027-01-15T08:00:00Z\n");
	}

	@Test
	void lastBackupIsTold() throws IOException {
		BackupHistory backups = mock(BackupHistory.class);
		assertThat(statOf(backups)).contains("\"backupsFailed\":0").doesNotContain("lastBackup");
		given(backups.last())
			.willReturn(new BackupHistory.Backup(Instant.parse("2026-12-01T08:00:00.123456Z"), 1_000_000));
		given(backups.failures()).willReturn(3L);
		assertThat(statOf(backups)).contains("\"lastBackup\":\"2026-12-01T08:00:00.123Z\"",
				"\"lastBackupBytes\":1000000", "\"backupsFailed\":3");
	}

	private static String statOf(BackupHistory backups) throws IOException {
		MetricRepository store = mock(MetricRepository.class);
		given(store.status()).willReturn(new StorageStatus("embedded", true, null, Map.of()));
		ServerStat stat = new ServerStat(store, mock(CommandTotals.class), mock(ConnectedClients.class), backups,
				Clock.systemUTC());
		MockHttpServletResponse response = new MockHttpServletResponse();
		Endpoint.get(ServerStat.PARAMETERS, stat::now).handleRequest(ApiRequests.get("/api/stat"), response);
		return response.getContentAsString();
	}

	@Test
	void whatIsNotKnownIsLeftOut() throws IOException {
		MetricRepository store = mock(MetricRepository.class);
		given(store.status()).willReturn(new StorageStatus("cassandra", true, null, Map.of()));
		assertThat(get(store, "json")).contains("\"series\":0", "\"pointsRefused\":0")
			.doesNotContain("seriesAhead", "storageProblem", "disk", "backup");
		given(store.seriesCount()).willThrow(new StorageException("the cluster is away"));
		assertThat(get(store, "json")).doesNotContain("\"series", "disk").contains("\"storageWritable\":true");
	}

	private static String get(MetricRepository store, String format) throws IOException {
		return new ApiRequests(store, TimestampChecks.UNLIMITED, new RecordedCounts(), RequestGate.wide())
			.send(ApiRequests.get("/api/stat", "format", format))
			.getContentAsString();
	}

}
