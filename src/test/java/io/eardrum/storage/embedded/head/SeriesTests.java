package io.eardrum.storage.embedded.head;

import org.junit.jupiter.api.Test;

import io.eardrum.metric.SeriesKey;

import static org.assertj.core.api.Assertions.assertThat;

class SeriesTests {

	private static final SeriesKey KEY = SeriesKey.of("k");

	@Test
	void newSeriesHasNoChunksUntilSomeAreWritten() {
		Series series = Series.withoutChunks(KEY, 0, 0);
		assertThat(series.mayHaveChunks()).isFalse();
		assertThat(series.isTailKnown()).isTrue();
		series.beginChunks();
		assertThat(series.mayHaveChunks()).isTrue();
	}

	@Test
	void seriesOfAnOpenedStoreMayHaveChunksUntilNoneIsFound() {
		Series series = new Series(KEY, 0, 0);
		assertThat(series.mayHaveChunks()).isTrue();
		assertThat(series.isTailKnown()).isFalse();
		series.foundNoChunks();
		assertThat(series.mayHaveChunks()).isFalse();
	}

	// The search may have begun before the chunks were written.
	@Test
	void searchInVainDoesNotHideChunksWrittenMeanwhile() {
		Series series = new Series(KEY, 0, 0);
		series.beginChunks();
		series.foundNoChunks();
		assertThat(series.mayHaveChunks()).isTrue();
	}

	@Test
	void tailIsForgottenAsAWhole() {
		Series series = Series.withoutChunks(KEY, 0, 0);
		series.rememberTail(100, 16, 900);
		assertThat(series.tailPieces()).isEqualTo(16);
		series.forgetTail();
		assertThat(series.isTailKnown()).isFalse();
	}

}
