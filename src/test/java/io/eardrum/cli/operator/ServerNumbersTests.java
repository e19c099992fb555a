package io.eardrum.cli.operator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ServerNumbers}.
 */
class ServerNumbersTests {

	private static final String BEFORE = """
			name,value
			version,0.1.0
			time,2026-12-01T00:00:00Z
			uptimeSeconds,10.0
			pointsPut,100
			pointsReturned,5
			""";

	@Test
	void everythingIsShown() {
		String now = """
				version,0.1.0
				time,2026-12-01T00:00:02Z
				uptimeSeconds,12.0
				pointsPut,2_500
				pointsRefused,4
				pointsReturned,1001
				commandsServed,1234567
				commandsFailed,0
				clients,3
				clientsLimit,100
				series,7
				seriesAhead,2
				storageEngine,rocksdb
				storageWritable,false
				storageProblem,"the ""disk"", it is full"
				diskBytes,1234567890
				diskFreeBytes,99960000
				damagedFiles,1
				lastCheckpoint,2026-12-01T00:00:00Z
				lastBackup,2026-11-30T22:00:02Z
				lastBackupBytes,1000000
				backupsFailed,1
				""".replace("2_500", "2500");
		assertThat(ServerNumbers.parse(now).since(ServerNumbers.parse(BEFORE), "http://here")).isEqualTo("""
				server       0.1.0 at http://here, up for 12 s
				points put   1.20 k/s, 2.50 k since the start
				refused      2/s, 4 since the start
				points read  498/s, 1.00 k since the start
				commands     617 k/s, 1.23 M since the start; failed: 0/s, 0 since the start
				clients      3 of 100
				series       7, 2 of them ahead of the clock
				store        rocksdb, takes no points: the "disk", it is full, 1 damaged files
				disk         1.23 GB used, 100 MB free
				checkpoint   2 s ago
				backup       2 h 0 min ago, 1.00 MB; 1 failed since the start
				""");
	}

	@Test
	void whatIsNotKnownIsLeftOut() {
		assertThat(ServerNumbers.parse("storageWritable,true\nseries,x\nuptimeSeconds,y\njunk\nlastCheckpoint,soon\n")
			.since(ServerNumbers.parse(BEFORE), "u")).isEqualTo("""
					server       ? at u, up for 0 s
					points put   0/s, 0 since the start
					points read  0/s, 0 since the start
					commands     0/s, 0 since the start; failed: 0/s, 0 since the start
					clients      ? of ?
					series       x
					store        ?, takes points
					checkpoint   soon
					""");
	}

	@Test
	void backupMayNeverHaveBeenMade() {
		assertThat(ServerNumbers.parse("backupsFailed,0").since(ServerNumbers.parse(""), "u"))
			.endsWith("backup       none known\n");
	}

	@ParameterizedTest
	@CsvSource({ "59.9,59 s", "60,1 min 0 s", "3599,59 min 59 s", "3600,1 h 0 min", "90061,1 d 1 h", "-5,0 s" })
	void uptimeHasTwoUnits(String seconds, String expected) {
		assertThat(ServerNumbers.parse("uptimeSeconds," + seconds).since(ServerNumbers.parse(""), "u"))
			.contains("up for " + expected + "\n");
	}

	@ParameterizedTest
	@CsvSource({ "999,999 B", "999.6,1.00 kB", "0.5,0.50 B", "99.96,100 B", "12.34,12.3 B", "1e18,1.00 EB",
			"1e22,10000 EB" })
	void amountsHaveThreeDigits(String bytes, String expected) {
		assertThat(ServerNumbers.parse("diskBytes," + bytes).since(ServerNumbers.parse(""), "u"))
			.contains("disk         " + expected + " used");
	}

}
