package io.eardrum.web.api;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.fixture.RecordedCounts;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.fixture.TimestampChecks;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.http.admission.RequestGate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.BDDMockito.willDoNothing;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link SeriesDeletion}.
 */
class SeriesDeletionTests {

	private final MemoryMetricRepository repository = new MemoryMetricRepository();

	private final RecordedCounts counts = new RecordedCounts();

	@BeforeEach
	void put() {
		PointBatch batch = new PointBatch();
		for (String key : new String[] { "palm.cpu", "palm.mem", "oak.cpu" }) {
			batch.add(SeriesKey.of(key), 1, 2);
			batch.add(SeriesKey.of(key), 5, 6);
		}
		batch.add(SeriesKey.of("palm.mem"), 7, 8);
		this.repository.put(batch);
	}

	@Test
	void seriesThatMatchAreGone() throws IOException {
		assertThat(delete("match", "palm.*")).isEqualTo("{\"deleted\":2}\n");
		assertThat(keys()).containsExactly("oak.cpu");
		assertThat(this.counts.all()).containsEntry("delete ok", 2L);
	}

	@Test
	void onlyKeysThatAreThereAreCounted() throws IOException {
		assertThat(delete("key", "palm.cpu", "key", "unknown", "key", "oak.cpu")).isEqualTo("{\"deleted\":2}\n");
		assertThat(keys()).containsExactly("palm.mem");
		assertThat(delete("match", "oak.cpu")).isEqualTo("{\"deleted\":0}\n");
		assertThat(delete("match", "palm.mem")).isEqualTo("{\"deleted\":1}\n");
		assertThat(keys()).isEmpty();
	}

	@Test
	void pointsOfTheRangeAreGone() throws IOException {
		assertThat(delete("match", "**", "from", "5", "to", "6")).isEqualTo("{\"deleted\":3}\n");
		assertThat(delete("match", "**", "from", "6", "dry-run", "true"))
			.isEqualTo("{\"series\":[\n{\"key\":\"palm.mem\",\"points\":1}],\"total\":1}\n");
	}

	@Test
	void dryRunListsAndDeletesNothing() throws IOException {
		assertThat(delete("match", "*.cpu", "dry-run", "true")).isEqualTo("""
				{"series":[
				{"key":"palm.cpu","timestamp":5,"value":6.0},
				{"key":"oak.cpu","timestamp":5,"value":6.0}],"total":2}
				""");
		assertThat(keys()).hasSize(3);
		assertThat(delete("match", "*.cpu", "dry-run", "false")).isEqualTo("{\"deleted\":2}\n");
	}

	@Test
	void filterOfTheListDeletesWhatItFinds() throws IOException {
		assertThat(delete("contains", "CPU", "contains", "al", "dry-run", "true")).contains("palm.cpu", "\"total\":1");
		assertThat(delete("match", "palm.*", "contains", "mem", "dry-run", "true")).contains("palm.mem", "\"total\":1");
		assertThat(delete("match", "palm.cpu", "contains", "oak")).isEqualTo("{\"deleted\":0}\n");
		assertThat(delete("contains", "cpu")).isEqualTo("{\"deleted\":2}\n");
		assertThat(keys()).containsExactly("palm.mem");
	}

	@Test
	void dryRunListsTheFirstOnesAndCountsAll() throws IOException {
		assertThat(delete("match", "**", "dry-run", "true", "limit", "1")).isEqualTo("""
				{"series":[
				{"key":"palm.cpu","timestamp":5,"value":6.0}],"total":3}
				""");
		assertThat(delete("match", "**", "from", "2", "to", "6", "dry-run", "true", "limit", "2")).isEqualTo("""
				{"series":[
				{"key":"palm.cpu","points":1},
				{"key":"palm.mem","points":1}],"total":3}
				""");
		assertThat(keys()).hasSize(3);
	}

	@Test
	void moreSeriesThanOneRecordTakes() throws IOException {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 2500; i++) {
			batch.add(SeriesKey.of("many." + i), 1, 1);
		}
		this.repository.put(batch);
		assertThat(delete("match", "many.*")).isEqualTo("{\"deleted\":2500}\n");
		assertThat(keys()).hasSize(3);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			dry-run=yes&match=a  | "parameter":"dry-run"
			''                   | Say what to delete
			match=a&key=a        | give keys or a filter
			contains=a&key=a     | give keys or a filter
			contains=            | Say what to delete
			match=a&limit=0      | "parameter":"limit"
			match=[a             | "parameter":"match"
			key=a&key=a          | "parameter":"key"
			match=a&from=x       | "parameter":"from"
			match=a&from=2&to=1  | "parameter":"from"
			matches=a            | There is no such parameter
			""")
	void wrongParametersAreNamed(String query, String expected) throws IOException {
		List<String> words = new ArrayList<>();
		for (String parameter : query.split("&", -1)) {
			if (!parameter.isEmpty()) {
				words.addAll(List.of(parameter.split("=", 2)));
			}
		}
		MockHttpServletResponse response = send(this.repository, true, words.toArray(String[]::new));
		assertThat(response.getStatus()).isEqualTo(400);
		assertThat(response.getContentAsString()).contains(expected);
		assertThat(keys()).hasSize(3);
	}

	@Test
	void strangersAreRefused() throws IOException {
		MockHttpServletResponse response = send(this.repository, false, "match", "**");
		assertThat(response.getStatus()).isEqualTo(403);
		assertThat(response.getContentAsString()).contains("eardrum.http.password");
		assertThat(keys()).hasSize(3);
	}

	@Test
	void failureSaysHowManyAreGone() throws IOException {
		MetricRepository store = mock(MetricRepository.class);
		willAnswer((call) -> {
			for (int i = 0; i < 1500; i++) {
				call.<Consumer<SeriesKey>>getArgument(1).accept(SeriesKey.of("many." + i));
			}
			return null;
		}).given(store).forEachKey(any(), any());
		willDoNothing().willThrow(new StorageException("full")).given(store).delete(any(), any());
		MockHttpServletResponse response = send(store, true, "match", "many.*");
		assertThat(response.getStatus()).isEqualTo(503);
		assertThat(response.getContentAsString()).contains("\"deleted\":1000");
		assertThat(this.counts.all()).containsEntry("delete ok", 1000L).containsEntry("delete storage", 1L);
	}

	private List<String> keys() {
		List<String> keys = new ArrayList<>();
		this.repository.forEachKey((key) -> keys.add(key.toString()));
		return keys;
	}

	private String delete(String... namesAndValues) throws IOException {
		MockHttpServletResponse response = send(this.repository, true, namesAndValues);
		assertThat(response.getStatus()).as(response.getContentAsString()).isEqualTo(200);
		return response.getContentAsString();
	}

	private MockHttpServletResponse send(MetricRepository store, boolean operator, String... namesAndValues)
			throws IOException {
		MockHttpServletRequest request = ApiRequests.get("/api/series", namesAndValues);
		request.setMethod("DELETE");
		return new ApiRequests(store, TimestampChecks.UNLIMITED, this.counts, RequestGate.wide(), operator)
			.send(request);
	}

}
