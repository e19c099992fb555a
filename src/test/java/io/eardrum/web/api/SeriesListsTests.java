package io.eardrum.web.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Predicate;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.fixture.RecordedCounts;
import io.eardrum.storage.LastPointConsumer;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.SeriesAhead;
import io.eardrum.storage.fixture.TimestampChecks;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.http.admission.RequestGate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link SeriesLists}.
 */
class SeriesListsTests {

	private static final String EMPTY = "{\"series\":[],\"total\":0}\n";

	private final MemoryMetricRepository repository = new MemoryMetricRepository();

	private final ApiRequests api = api(this.repository);

	private static ApiRequests api(MetricRepository repository) {
		return new ApiRequests(repository, TimestampChecks.UNLIMITED, new RecordedCounts(), RequestGate.wide());
	}

	@BeforeEach
	void put() {
		PointBatch batch = new PointBatch();
		for (String key : new String[] { "palm.cpu", "palm.mem", "oak.cpu" }) {
			batch.add(SeriesKey.of(key), 1, 2);
		}
		this.repository.put(batch);
	}

	@Test
	void pageBeginsAtItsOffsetAndEndsAtItsLimit() throws IOException {
		assertThat(get("/api/series", "offset", "1", "limit", "1")).isEqualTo(list("palm.mem") + ",\"total\":3}\n");
		assertThat(get("/api/series", "offset", "3")).isEqualTo("{\"series\":[],\"total\":3}\n");
		assertThat(get("/api/series")).isEqualTo(list("palm.cpu", "palm.mem", "oak.cpu") + ",\"total\":3}\n");
	}

	@Test
	void pageHasWhatMatchesAndContains() throws IOException {
		assertThat(get("/api/series", "match", "*.cpu")).isEqualTo(list("palm.cpu", "oak.cpu") + ",\"total\":2}\n");
		assertThat(get("/api/series", "contains", "LM.")).isEqualTo(list("palm.cpu", "palm.mem") + ",\"total\":2}\n");
		assertThat(get("/api/series", "match", "*.cpu", "contains", "lm"))
			.isEqualTo(list("palm.cpu") + ",\"total\":1}\n");
		assertThat(get("/api/series", "contains", "CPU", "contains", "", "contains", "palm"))
			.isEqualTo(list("palm.cpu") + ",\"total\":1}\n");
		assertThat(get("/api/series", "contains", "cpu", "contains", "mem")).isEqualTo(EMPTY);
		assertThat(get("/api/series", "contains", "")).contains("\"total\":3}");
		assertThat(get("/api/series", "contains", "nothing has so long a name")).isEqualTo(EMPTY);
	}

	@Test
	void keyIsRequiredToContainSixteenTextsAtMost() throws IOException {
		String[] texts = new String[2 * 17];
		for (int i = 0; i < texts.length; i += 2) {
			texts[i] = "contains";
			texts[i + 1] = "p";
		}
		assertThat(get("/api/series", Arrays.copyOf(texts, 2 * 16))).contains("\"total\":3}");
		assertThat(get("/api/series", texts)).contains("16 times at most, not 17 times");
	}

	@Test
	void latestEndAtTheirLimit() throws IOException {
		assertThat(get("/api/latest")).isEqualTo(list("palm.cpu", "palm.mem", "oak.cpu") + "}\n");
		assertThat(get("/api/latest", "limit", "2")).isEqualTo(list("palm.cpu", "palm.mem") + "}\n");
		assertThat(get("/api/latest", "match", "*.cpu")).isEqualTo(list("palm.cpu", "oak.cpu") + "}\n");
	}

	@Test
	void latestOfOneSeriesIsLookedUp() throws IOException {
		assertThat(get("/api/latest", "match", "oak.cpu")).isEqualTo(list("oak.cpu") + "}\n");
		assertThat(get("/api/latest", "match", "unknown")).isEqualTo("{\"series\":[]}\n");
	}

	@Test
	void seriesThatAreAheadOfTheClockAreToldOnAPage() throws IOException {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("\"ahead\""), Long.MAX_VALUE, 1);
		this.repository.put(batch);
		assertThat(get("/api/series", "match", "none"))
			.isEqualTo("{\"series\":[],\"total\":0,\"ahead\":{\"count\":1,\"example\":\"\\\"ahead\\\"\"}}\n");
	}

	@Test
	void nothingIsToldOfAheadWhereNothingIsKnown() throws IOException {
		MetricRepository store = mock(MetricRepository.class);
		given(store.seriesAhead()).willReturn(null, SeriesAhead.NONE);
		assertThat(api(store).send(ApiRequests.get("/api/series")).getContentAsString()).isEqualTo(EMPTY);
		assertThat(api(store).send(ApiRequests.get("/api/series")).getContentAsString()).isEqualTo(EMPTY);
	}

	// As retention leaves it, until it is removed.
	@Test
	void seriesWithoutPointsIsOnAPageAndNotAmongTheLatest() throws IOException {
		MetricRepository store = mock(MetricRepository.class);
		willAnswer((call) -> {
			SeriesKey key = SeriesKey.of("bare");
			if (call.<Predicate<SeriesKey>>getArgument(1).test(key)) {
				call.<LastPointConsumer>getArgument(2).accept(key, null);
			}
			return null;
		}).given(store).forEachLast(any(), any(), any());
		assertThat(api(store).send(ApiRequests.get("/api/series")).getContentAsString())
			.isEqualTo("{\"series\":[\n{\"key\":\"bare\",\"timestamp\":null,\"value\":null}],\"total\":1}\n");
		assertThat(api(store).send(ApiRequests.get("/api/latest")).getContentAsString()).isEqualTo("{\"series\":[]}\n");
	}

	private static String list(String... keys) {
		StringBuilder list = new StringBuilder("{\"series\":[");
		String separator = "\n";
		for (String key : keys) {
			list.append(separator).append("{\"key\":\"").append(key).append("\",\"timestamp\":1,\"value\":2.0}");
			separator = ",\n";
		}
		return list.append(']').toString();
	}

	private String get(String path, String... namesAndValues) throws IOException {
		return this.api.send(ApiRequests.get(path, namesAndValues)).getContentAsString(StandardCharsets.UTF_8);
	}

}
