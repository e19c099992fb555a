package io.eardrum.web.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.fixture.RecordedCounts;
import io.eardrum.storage.fixture.TimestampChecks;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.http.admission.RequestGate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PointsReader}.
 */
class PointsReaderTests {

	private final MemoryMetricRepository repository = new MemoryMetricRepository();

	private final RecordedCounts counts = new RecordedCounts();

	private final ApiRequests api = new ApiRequests(this.repository, TimestampChecks.UNLIMITED, this.counts,
			RequestGate.wide());

	@BeforeEach
	void put() {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 100; i++) {
			batch.add(SeriesKey.of("a"), i, i % 10);
		}
		batch.add(SeriesKey.of("b"), 5, 0.5);
		this.repository.put(batch);
	}

	@Test
	void seriesFollowOneAnotherInJson() throws IOException {
		assertThat(get("key", "b", "key", "none", "key", "a", "to", "6", "from", "5"))
			.isEqualTo("{\"series\":[\n{\"key\":\"b\",\"points\":[[5,0.5]]},\n{\"key\":\"none\",\"points\":[]},"
					+ "\n{\"key\":\"a\",\"points\":[[5,5.0],[6,6.0]]}]}\n");
		assertThat(this.counts.all()).containsEntry("get ok", 1L).containsEntry("points", 3L);
	}

	@Test
	void seriesFollowOneAnotherInCsv() throws IOException {
		assertThat(get("key", "b", "key", "none", "key", "a", "to", "6", "from", "5", "format", "csv"))
			.isEqualTo("key,timestamp,value\r\nb,5,0.5\r\na,5,5.0\r\na,6,6.0\r\n");
	}

	@Test
	void thinnedSeriesThatHasNoPointsIsEmpty() throws IOException {
		assertThat(get("key", "none", "max-points", "4"))
			.isEqualTo("{\"series\":[\n{\"key\":\"none\",\"points\":[],\"count\":0,\"mean\":null}]}\n");
	}

	@Test
	void thinnedSeriesHasTheNumberAndTheMeanOfAllPoints() throws IOException {
		assertThat(get("key", "a", "max-points", "6"))
			.containsPattern("\"count\":100,\"mean\":4\\.(5|49999\\d+|50000\\d+)}");
		assertThat(get("key", "a", "from", "96", "max-points", "4")).contains("\"count\":4,\"mean\":7.5}");
		assertThat(get("key", "a", "from", "100", "to", "200", "max-points", "4"))
			.contains("\"count\":0,\"mean\":null}");
		assertThat(get("key", "a", "from", "96")).doesNotContain("mean");
		assertThat(get("key", "b", "max-points", "4", "format", "csv")).isEqualTo("key,timestamp,value\r\nb,5,0.5\r\n");
	}

	@Test
	void meanOfTheLargestNumbersIsANumber() throws IOException {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 4; i++) {
			batch.add(SeriesKey.of("huge"), i, Double.MAX_VALUE);
		}
		this.repository.put(batch);
		assertThat(get("key", "huge", "max-points", "4"))
			.containsPattern("\"count\":4,\"mean\":1\\.79\\d+[eE]\\+?308}");
	}

	@Test
	void thinnedSeriesHasItsEndsAndExtremes() throws IOException {
		assertThat(get("key", "a", "max-points", "6")).startsWith("{\"series\":[\n{\"key\":\"a\",\"points\":[[0,0.0],")
			.contains(",9.0]")
			.containsPattern(",\\[99,9\\.0]],\"count\":100,[^\\[]*}]}\n$");
		// Both have no more points than there may be.
		assertThat(get("key", "a", "from", "96", "max-points", "4")).contains("[96,6.0],[97,7.0],[98,8.0],[99,9.0]]");
		assertThat(get("key", "a", "from", "100", "to", "200", "max-points", "4")).contains("\"points\":[]");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			avg   | [[20,5.5],[25,7.0],[30,2.0]]
			''    | [[20,5.5],[25,7.0],[30,2.0]]
			min   | [[20,3.0],[25,5.0],[30,0.0]]
			max   | [[20,8.0],[25,9.0],[30,4.0]]
			sum   | [[20,11.0],[25,35.0],[30,10.0]]
			count | [[20,2.0],[25,5.0],[30,5.0]]
			last  | [[20,8.0],[25,9.0],[30,4.0]]
			rate  | [[20,5.0],[25,1.0],[30,1.0]]
			""")
	void pointsOfAStepBecomeOne(String aggregate, String expected) throws IOException {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("a"), 23, 3);
		batch.add(SeriesKey.of("a"), 24, 8);
		this.repository.put(batch);
		assertThat(get("key", "a", "from", "23", "to", "34", "step", "5s", "aggregate", aggregate))
			.isEqualTo("{\"series\":[\n{\"key\":\"a\",\"points\":" + expected + "}]}\n");
	}

	@Test
	void stepsWithoutPointsAreLeftOut() throws IOException {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("d"), Long.MIN_VALUE, 1);
		batch.add(SeriesKey.of("d"), -1, 2);
		batch.add(SeriesKey.of("d"), 3600, 3);
		this.repository.put(batch);
		assertThat(get("key", "d", "step", "1min")).contains("[[" + Long.MIN_VALUE + ",1.0],[-60,2.0],[3600,3.0]]");
		assertThat(get("key", "none", "step", "1min")).contains("\"points\":[]");
	}

	@Test
	void rateNeedsARise() throws IOException {
		PointBatch batch = new PointBatch();
		double[] values = { 100, 130, 10, 40, 40 };
		for (int i = 0; i < values.length; i++) {
			batch.add(SeriesKey.of("counter"), i * 60L, values[i]);
		}
		this.repository.put(batch);
		assertThat(get("key", "counter", "step", "60s", "aggregate", "rate"))
			.contains("\"points\":[[60,0.5],[180,0.5],[240,0.0]]");
		assertThat(get("key", "counter", "step", "2min", "aggregate", "rate"))
			.contains("\"points\":[[0,0.5],[120,0.5],[240,0.0]]");
	}

	@Test
	void stepsAreThinnedOut() throws IOException {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 1000; i++) {
			batch.add(SeriesKey.of("long"), i, i);
		}
		this.repository.put(batch);
		String all = get("key", "long", "step", "2s", "aggregate", "last");
		assertThat(all.split("],", -1)).hasSize(500);
		assertThat(all).contains("[[0,1.0],[2,3.0],").contains("[510,511.0],[512,513.0],").contains("[998,999.0]]");
		assertThat(get("key", "long", "step", "2s", "aggregate", "last", "max-points", "4"))
			.contains("\"points\":[[0,1.0],")
			.endsWith(",[998,999.0]],\"count\":500,\"mean\":500.0}]}\n");
	}

	// The last point is one that is not ahead of the clock of the store.
	@Test
	void thinnedRangeOfTheFutureHasItsPoints() throws IOException {
		PointBatch batch = new PointBatch();
		long future = Long.MAX_VALUE / 2;
		batch.add(SeriesKey.of("c"), 1, 1);
		for (int i = 0; i < 50; i++) {
			batch.add(SeriesKey.of("c"), future + i, i);
		}
		this.repository.put(batch);
		assertThat(get("key", "c", "from", String.valueOf(future - 1), "to", String.valueOf(future + 100), "max-points",
				"10"))
			.contains("[[" + future + ",0.0],", "[" + (future + 49) + ",49.0]]");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "|application/json", "text/csv|text/csv", "text/*|text/csv", "application/json|application/json",
					"*/*|application/json", "text/csv, application/json|text/csv",
					"text/csv;q=0.5, application/json|application/json", "text/csv;q=0, */*;q=0.1|application/json",
					"text/html, text/csv;q=0.9|text/csv" })
	void acceptChoosesTheFormat(@Nullable String accept, String contentType) throws IOException {
		MockHttpServletRequest request = ApiRequests.get("/api/points", "key", "b");
		if (accept != null) {
			request.addHeader("Accept", accept);
		}
		assertThat(this.api.send(request).getContentType()).startsWith(contentType);
	}

	@ParameterizedTest
	@CsvSource({ "text/html,406", "text/csv;q=0,406", "nonsense,400", "text/csv;q=x,400" })
	void acceptOfNothingThatThereIsIsRefused(String accept, int status) throws IOException {
		MockHttpServletRequest request = ApiRequests.get("/api/points", "key", "b");
		request.addHeader("Accept", accept);
		assertThat(this.api.send(request).getStatus()).isEqualTo(status);
	}

	@ParameterizedTest
	@CsvSource({ "csv,text/csv", "json,application/json" })
	void formatGoesBeforeAccept(String format, String contentType) throws IOException {
		MockHttpServletRequest request = ApiRequests.get("/api/points", "key", "b", "format", format);
		request.addHeader("Accept", "text/html");
		assertThat(this.api.send(request).getContentType()).startsWith(contentType);
	}

	@Test
	void unknownFormatIsRefused() throws IOException {
		assertThat(get("key", "b", "format", "xml")).contains("\"status\":400", "It must be json or csv.",
				"\"parameter\":\"format\"");
	}

	private String get(String... namesAndValues) throws IOException {
		return this.api.send(ApiRequests.get("/api/points", namesAndValues)).getContentAsString(StandardCharsets.UTF_8);
	}

}
