package io.eardrum.storage.embedded.rocksdb;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DiskSpace}.
 */
class DiskSpaceTests {

	@ParameterizedTest
	@CsvSource({ "0,0 bytes", "1023,1023 bytes", "1024,1 KB", "1536,1.5 KB", "268435456,256 MB", "79533035520,74.1 GB",
			"123456789012,115 GB", "9223372036854775807,8 EB" })
	void amountHasTheUnitsOfTheConfiguration(long bytes, String expected) {
		assertThat(DiskSpace.text(bytes)).isEqualTo(expected);
	}

}
