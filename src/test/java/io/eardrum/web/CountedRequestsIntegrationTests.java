package io.eardrum.web;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.server.fixture.PrometheusScrape;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageStatus;
import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the meters of commands and points, for what comes over HTTP.
 */
class CountedRequestsIntegrationTests {

	@RegisterExtension
	private static final WebServer server = WebServer.with(FailingStorage::new);

	/** What the store throws, if it is to fail. */
	private static volatile @Nullable Supplier<RuntimeException> failure;

	private Map<String, Double> before = Map.of();

	@BeforeAll
	static void fill() {
		server.put("palm.cpu", 1, 60);
		server.put("palm.cpu", 2, 120);
		server.put("palm.cpu", 3, 180);
		server.put("palm.mem", 4, 120);
	}

	@BeforeEach
	void look() {
		failure = null;
		this.before = counts();
	}

	@Test
	void pointsCountAsPuts() {
		post("put a 1 1\nput a 2 2\n", 200);
		assertThat(server.post("/api/points", "application/json", "[{\"key\":\"a\",\"value\":1,\"timestamp\":3}]")
			.statusCode()).isEqualTo(200);
		assertThat(growth()).isEqualTo(Map.of("requests put ok", 3.0, "points put", 3.0));
	}

	@Test
	void wrongPointsCountAsOnTheTcpPort() {
		post("put a 1 1\nput a x 1\nput a 1 x\nsay a\nget a\n", 422);
		assertThat(growth()).isEqualTo(Map.of("requests put ok", 1.0, "points put", 1.0, "requests put error", 2.0,
				"errors put bad_value", 1.0, "errors put bad_timestamp", 1.0, "requests unknown error", 1.0,
				"errors unknown unknown_command", 1.0, "requests get error", 1.0, "errors get unknown_command", 1.0));
	}

	@Test
	void pointsThatTheStoreRefusesCountAsFailedPuts() {
		failure = () -> new StorageException("the disk is gone");
		post("put a 1 1\nput a 2 2\n", 503);
		assertThat(growth()).isEqualTo(Map.of("requests put error", 2.0, "errors put storage", 2.0));
	}

	@ParameterizedTest
	@CsvSource(delimiter = ' ',
			value = { "/api/points?key=palm.cpu 3", "/api/points?key=palm.cpu&format=csv&to=60 1",
					"/api/points?key=palm.cpu&key=palm.mem 4", "/api/points?key=nobody 0", "/api/series?match=palm.* 2",
					"/api/latest?match=palm.* 2", "/api/latest?match=palm.cpu 1",
					"/federate?match[]=palm.*&max-age=100y 2", "/metrics/find?query=palm.* 0", "/metrics/index.json 0",
					"/render?target=palm.cpu&from=0&until=240&format=json 3" })
	void requestThatReadsCountsAsGet(String path, double points) {
		HttpResponse<String> answer = server.get(path);
		assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
		Map<String, Double> expected = new TreeMap<>(Map.of("requests get ok", 1.0));
		if (points > 0) {
			expected.put("points returned", points);
		}
		assertThat(growth()).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api/points?key=palm.cpu", "/api/series", "/api/latest", "/federate?match[]=*",
			"/metrics/find?query=*", "/metrics/expand?query=*", "/metrics/index.json", "/render?target=palm.*" })
	void requestThatCanNotReadCountsAsFailedGetAndNotAsPut(String path) {
		failure = () -> new StorageException("the disk is gone");
		assertThat(server.get(path).statusCode()).isEqualTo(503);
		assertThat(growth()).isEqualTo(Map.of("requests get error", 1.0, "errors get storage", 1.0));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api/points?key=palm.cpu", "/render?target=palm.*" })
	void requestThatMeetsADefectCountsAsFailedGet(String path) {
		failure = () -> new IllegalStateException("on purpose");
		assertThat(server.get(path).statusCode()).isEqualTo(500);
		assertThat(growth()).isEqualTo(Map.of("requests get error", 1.0, "errors get storage", 1.0));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api/points", "/api/points?key=a&from=x", "/federate", "/render?target=nothing(",
			"/version", "/functions", "/openapi.yaml", "/actuator/health" })
	void requestThatIsWrongOrReadsNothingIsNoCommand(String path) {
		server.get(path);
		assertThat(growth()).isEmpty();
	}

	private static void post(String lines, int status) {
		assertThat(server.post("/api/points", "text/plain", lines).statusCode()).isEqualTo(status);
	}

	private Map<String, Double> growth() {
		Map<String, Double> growth = new TreeMap<>();
		counts().forEach((name, count) -> {
			double grown = count - this.before.getOrDefault(name, 0.0);
			if (grown != 0) {
				growth.put(name, grown);
			}
		});
		return growth;
	}

	private static Map<String, Double> counts() {
		PrometheusScrape scrape = PrometheusScrape.of(server.port(), "/actuator/prometheus");
		Map<String, Double> counts = new TreeMap<>();
		counts.put("points put", scrape.sum("eardrum_points_put_total"));
		counts.put("points returned", scrape.sum("eardrum_points_returned_total"));
		scrape.series().getOrDefault("eardrum_requests_total", List.of()).forEach((labels) -> {
			String command = String.valueOf(labels.get("command"));
			String outcome = String.valueOf(labels.get("outcome"));
			counts.put("requests " + command + " " + outcome,
					scrape.sum("eardrum_requests_total", "command", command, "outcome", outcome));
		});
		scrape.series().getOrDefault("eardrum_errors_total", List.of()).forEach((labels) -> {
			String command = String.valueOf(labels.get("command"));
			String reason = String.valueOf(labels.get("reason"));
			counts.put("errors " + command + " " + reason,
					scrape.sum("eardrum_errors_total", "command", command, "reason", reason));
		});
		return counts;
	}

	/**
	 * A store that does nothing while it is to fail.
	 */
	private static final class FailingStorage implements MetricRepository {

		private final MetricRepository delegate;

		FailingStorage(MetricRepository delegate) {
			this.delegate = delegate;
		}

		private MetricRepository store() {
			Supplier<RuntimeException> thrown = failure;
			if (thrown != null) {
				throw thrown.get();
			}
			return this.delegate;
		}

		@Override
		public void delete(List<SeriesKey> keys, TimeRange range) {
			store().delete(keys, range);
		}

		@Override
		public void put(PointBatch batch) {
			store().put(batch);
		}

		@Override
		public void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException {
			store().read(key, range, sink);
		}

		@Override
		public void readAll(TimeRange range, PointSink sink) throws IOException {
			store().readAll(range, sink);
		}

		@Override
		public void forEachKey(Consumer<SeriesKey> consumer) {
			store().forEachKey(consumer);
		}

		@Override
		public @Nullable Point last(SeriesKey key) {
			return store().last(key);
		}

		@Override
		public long seriesCount() {
			return this.delegate.seriesCount();
		}

		@Override
		public StorageStatus status() {
			return this.delegate.status();
		}

	}

}
