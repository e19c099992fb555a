package io.eardrum.web.federate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import io.eardrum.metric.PointBatch;
import io.eardrum.protocol.fixture.RecordedCounts;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.ObservedRepository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Federation} without a server, whose request lines are shorter than
 * some of the limits here unless it is configured to take longer ones.
 */
class FederationTests {

	private static final Instant NOW = Instant.ofEpochSecond(1_000_000);

	private final MemoryMetricRepository repository = new MemoryMetricRepository();

	private final RecordedCounts counts = new RecordedCounts();

	private final Endpoint endpoint = Endpoint.get(Federation.PARAMETERS,
			new Federation(new ObservedRepository(this.repository, this.counts),
					Clock.fixed(NOW, ZoneOffset.UTC))::scrape);

	@Test
	void patternsMayHaveSoManyCharactersTogether() throws IOException {
		String half = "a".repeat(4096);
		assertThat(scrape(half, half).getStatus()).isEqualTo(200);
		assertThat(scrape(half + half).getStatus()).isEqualTo(200);
		MockHttpServletResponse refused = scrape(half, half, "a");
		assertThat(refused.getStatus()).isEqualTo(400);
		assertThat(refused.getContentAsString()).contains("\"parameter\":\"match[]\"",
				"All patterns together can have 8192 characters at most.");
	}

	@Test
	void valueIsShownUntilItIsOlderThanTheScrapeSays() throws IOException {
		put("edge", NOW.getEpochSecond() - 300);
		put("stale", NOW.getEpochSecond() - 301);
		assertThat(scrape("edge", "stale", "unknown").getContentAsString()).contains("{key=\"edge\"} 1.0\n")
			.contains("{key=\"edge\"} " + (NOW.getEpochSecond() - 300) + "\n")
			.doesNotContain("stale", "unknown");
		assertThat(scrape("stale").getContentAsString()).doesNotContain("stale");
		assertThat(scrape("unknown").getContentAsString()).doesNotContain("unknown");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "|text/plain", "text/plain;version=0.0.4|text/plain", "*/*|text/plain",
			"application/openmetrics-text;version=1.0.0,text/plain;q=0.5|application/openmetrics-text" })
	void formatIsOpenMetricsOnlyForWhoAcceptsIt(@Nullable String accept, String contentType) throws IOException {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/federate");
		request.addParameter("match[]", "*");
		if (accept != null) {
			request.addHeader("Accept", accept);
		}
		MockHttpServletResponse response = new MockHttpServletResponse();
		this.endpoint.handleRequest(request, response);
		assertThat(response.getContentType()).startsWith(contentType);
		assertThat(response.getContentAsString().endsWith("# EOF\n")).isEqualTo(contentType.contains("openmetrics"));
	}

	private void put(String key, long timestamp) {
		PointBatch batch = new PointBatch();
		byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
		batch.add(bytes, 0, bytes.length, timestamp, 1);
		this.repository.put(batch);
	}

	private MockHttpServletResponse scrape(String... patterns) throws IOException {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/federate");
		request.addParameter("match[]", patterns);
		MockHttpServletResponse response = new MockHttpServletResponse();
		this.endpoint.handleRequest(request, response);
		return response;
	}

}
