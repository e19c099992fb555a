package io.eardrum.budget;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FileDescriptorLimit}.
 */
class FileDescriptorLimitTests {

	@ParameterizedTest
	@CsvSource({ "10000, 1048576, 10000", "10000, 14600, 10000", "10000, 11600, 9550", "10000, 1024, 512",
			"10000, 600, 300", "100, 1024, 100", "10000, 1, 1" })
	void tcpLeavesDescriptorsToOthers(int wanted, long descriptors, int allowed) {
		assertThat(FileDescriptorLimit.tcpConnections(wanted, descriptors)).isEqualTo(allowed);
	}

	@ParameterizedTest
	@CsvSource({ "10000, 300, 120, 118", "10000, 128, 30, 64", "10000, 600, 150, 300", "10000, 128, 128, 1",
			"10000, 1048576, 300, 10000" })
	void whatIsOpenCountsWhereThereAreFew(int wanted, long descriptors, long open, int allowed) {
		assertThat(FileDescriptorLimit.tcpConnections(wanted, descriptors, open)).isEqualTo(allowed);
	}

	@ParameterizedTest
	@CsvSource({ "4000, 1048576, 4000", "4000, 32000, 4000", "4000, 4096, 512", "100, 4096, 100", "4000, 128, 16",
			"4000, 1, 1" })
	void httpHasAnEighth(int wanted, long descriptors, int allowed) {
		assertThat(FileDescriptorLimit.httpConnections(wanted, descriptors)).isEqualTo(allowed);
	}

	@ParameterizedTest
	@ValueSource(longs = { 128, 256, 600, 1024, 4096, 11_600, 20_000, 65_536, 1_048_576 })
	void allTogetherLeaveSomeForTheStore(long descriptors) {
		int clients = FileDescriptorLimit.tcpConnections(10_000, descriptors)
				+ FileDescriptorLimit.httpConnections(4000, descriptors)
				+ FileDescriptorLimit.turnedAway(64, descriptors);
		assertThat(descriptors - clients).isGreaterThanOrEqualTo(Math.min(descriptors / 3, 500));
	}

}
