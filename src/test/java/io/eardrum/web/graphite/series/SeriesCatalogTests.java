package io.eardrum.web.graphite.series;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.fixture.TestAccounts;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SeriesCatalog}.
 */
class SeriesCatalogTests {

	@Test
	void keysAreInTheOrderOfTheirCharactersAsPythonOrdersThem() {
		// The last two are in the other order in UTF-16.
		List<String> ordered = List.of("Z", "a", "aa", "b", "\u00fc", "\uff5e", "\ud83d\ude00");
		MemoryMetricRepository store = new MemoryMetricRepository();
		PointBatch batch = new PointBatch();
		for (int i = ordered.size() - 1; i >= 0; i--) {
			batch.add(SeriesKey.of(ordered.get(i)), 1, 1);
		}
		store.put(batch);
		try (ValueBudget.Account account = TestAccounts.open(new ValueBudget(1000))) {
			SeriesCatalog catalog = SeriesCatalog.of(store, account, List.of("*", "{b,a,Z}"), 100);
			assertThat(catalog.keys("*")).extracting(SeriesKey::toString).containsExactlyElementsOf(ordered);
			assertThat(catalog.keys("{b,a,Z}")).extracting(SeriesKey::toString).containsExactly("Z", "a", "b");
		}
	}

}
