package io.eardrum.cli.argument;

import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SimilarWord}.
 */
class SimilarWordTests {

	@ParameterizedTest
	@CsvSource({ "pnig,ping", "ping,ping", "gett,get", "expotr,export", "impor,import", "exqort,export",
			"epxotr,export", "xxport,export", "xyzort,", "pg,", "g,", "'',", "watchdog," })
	void mostSimilarWordIsFound(String word, String meant) {
		assertThat(SimilarWord.among(word, List.of("put", "ping", "get", "export", "import", "watch")).orElse(null))
			.isEqualTo(meant);
	}

}
