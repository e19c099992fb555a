package io.eardrum.web.api;

import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the HTTP API against a running server.
 */
class ApiIntegrationTests {

	private static final JsonMapper JSON = JsonMapper.shared();

	@RegisterExtension
	private static final WebServer server = WebServer.with();

	@BeforeAll
	static void fill() {
		for (String key : List.of("palm.cpu", "palm.mem", "oak.cpu", "Oak.disk.used", "odd\"\\,\u00fc")) {
			server.put(key, key.length(), 1_150_864_247);
			server.put(key, 1e16, 1_150_864_248);
		}
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 300_000; i++) {
			batch.add(SeriesKey.of("long.series"), i, (i == 200_000) ? 99 : i % 10);
		}
		server.store().put(batch);
	}

	@Test
	void seriesAreListedPageByPage() {
		JsonNode first = json(server.get("/api/series?limit=2"));
		assertThat(keys(first)).containsExactly("palm.cpu", "palm.mem");
		long total = first.get("total").asLong();
		assertThat(total).isGreaterThanOrEqualTo(6);
		JsonNode second = json(server.get("/api/series?limit=2&offset=2"));
		assertThat(keys(second)).containsExactly("oak.cpu", "Oak.disk.used");
		assertThat(keys(json(server.get("/api/series?offset=1000")))).isEmpty();
		JsonNode series = first.get("series").get(0);
		assertThat(series.get("timestamp").asLong()).isEqualTo(1_150_864_248);
		assertThat(series.get("value").asDouble()).isEqualTo(1e16);
	}

	@Test
	void seriesAreFound() {
		assertThat(keys(json(server.get("/api/series?match={palm,oak}.*")))).containsExactly("palm.cpu", "palm.mem",
				"oak.cpu");
		assertThat(keys(json(server.get("/api/series?contains=OAK")))).containsExactly("oak.cpu", "Oak.disk.used");
		JsonNode both = json(server.get("/api/series?contains=cpu&match=palm.*&limit=1"));
		assertThat(keys(both)).containsExactly("palm.cpu");
		assertThat(both.get("total").asInt()).isEqualTo(1);
		assertThat(json(server.get("/api/series?match=palm.*&limit=1")).get("total").asInt()).isEqualTo(2);
	}

	@Test
	void latestPointsAreListed() {
		assertThat(server.get("/api/latest?match=oak.*").body()).isEqualToIgnoringWhitespace(
				"{\"series\":[{\"key\":\"oak.cpu\",\"timestamp\":1150864248,\"value\":1e+16}]}");
		assertThat(keys(json(server.get("/api/latest?match=palm.cpu")))).containsExactly("palm.cpu");
		assertThat(keys(json(server.get("/api/latest?match=unknown")))).isEmpty();
		assertThat(keys(json(server.get("/api/latest?limit=3")))).hasSize(3);
	}

	@Test
	void pointsAreReadAsJson() {
		HttpResponse<String> answer = server.get("/api/points?key=palm.cpu&key=odd%22%5C,%C3%BC&key=unknown");
		assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
		assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
		assertThat(answer.body()).isEqualToIgnoringWhitespace("""
				{"series":[{"key":"palm.cpu","points":[[1150864247,8.0],[1150864248,1e+16]]},
				{"key":"odd\\"\\\\,\u00fc","points":[[1150864247,7.0],[1150864248,1e+16]]},
				{"key":"unknown","points":[]}]}""");
		assertThat(json(answer).get("series")).hasSize(3);
	}

	@ParameterizedTest
	@CsvSource({ "format=csv,application/json,true", "format=json,text/csv,false", "'',text/csv,true", "'',*/*,false",
			"'','text/html,*/*;q=0.8',false", "'','application/json;q=0.5,text/csv',true",
			"'','text/csv;q=0.5,application/json',false", "'',text/*,true" })
	void formatIsChosen(String parameter, String accept, boolean csv) {
		HttpResponse<String> answer = server.get("/api/points?key=odd%22%5C,%C3%BC&" + parameter, "Accept", accept);
		assertThat(answer.statusCode()).isEqualTo(200);
		if (csv) {
			assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/csv;charset=UTF-8");
			String key = "\"odd\"\"\\,\u00fc\"";
			assertThat(answer.body().split("(?<=\r\n)", 0)).containsExactly("key,timestamp,value\r\n",
					key + ",1150864247,7.0\r\n", key + ",1150864248,1e+16\r\n");
		}
		else {
			json(answer);
		}
	}

	@Test
	void rangeIncludesBothEnds() {
		assertThat(points("/api/points?key=palm.cpu&from=2006-06-21T04:30:48Z")).hasSize(1);
		assertThat(points("/api/points?key=palm.cpu&from=1150864247&to=1150864248")).hasSize(2);
		assertThat(points("/api/points?key=palm.cpu&to=1150864247")).hasSize(1);
		assertThat(points("/api/points?key=palm.cpu&from=-1h")).isEmpty();
	}

	@Test
	void longSeriesIsStreamedWhole() {
		List<JsonNode> points = points("/api/points?key=long.series");
		assertThat(points).hasSize(300_000);
		assertThat(points.get(200_000).get(1).asDouble()).isEqualTo(99);
	}

	@Test
	void longSeriesIsThinned() {
		List<JsonNode> points = points("/api/points?key=long.series&max-points=50");
		assertThat(points).hasSizeBetween(40, 50);
		assertThat(points).extracting((point) -> point.get(1).asDouble()).contains(99.0);
		assertThat(points.get(0).get(0).asLong()).isZero();
		assertThat(points.get(points.size() - 1).get(0).asLong()).isEqualTo(299_999);
		List<JsonNode> part = points("/api/points?key=long.series&max-points=10&from=100&to=250000");
		assertThat(part).hasSizeLessThanOrEqualTo(10);
		assertThat(part.get(0).get(0).asLong()).isEqualTo(100);
		assertThat(part.get(part.size() - 1).get(0).asLong()).isEqualTo(250_000);
		assertThat(points("/api/points?key=unknown&max-points=10")).isEmpty();
	}

	@Test
	void onePointOfTheFutureDoesNotThinOutThePresent() {
		long now = Instant.now().getEpochSecond();
		StringBuilder body = new StringBuilder();
		for (int i = 0; i < 1000; i++) {
			body.append("put mixed.series 1 ").append(now - 1000 + i).append('\n');
			body.append("put mixed.series 2 ").append(now * 1000 + i).append('\n');
		}
		assertThat(server.post("/api/points", "text/plain", body.toString()).body()).isEqualTo("{\"stored\":2000}\n");
		List<JsonNode> all = points("/api/points?key=mixed.series&max-points=50");
		assertThat(all).hasSizeLessThanOrEqualTo(50);
		assertThat(all.get(all.size() - 1).get(0).asLong()).isEqualTo(now * 1000 + 999);
		assertThat(all.stream().filter((point) -> point.get(0).asLong() < now)).hasSizeGreaterThan(20);
		List<JsonNode> future = points(
				"/api/points?key=mixed.series&max-points=50&from=" + now * 1000 + "&to=" + (now * 1000 + 999));
		assertThat(future).hasSizeBetween(20, 50);
		assertThat(future.get(future.size() - 1).get(0).asLong()).isEqualTo(now * 1000 + 999);
		assertThat(future).anyMatch((point) -> Math.abs(point.get(0).asLong() - now * 1000 - 500) < 50);
	}

	@Test
	void pointsArePutAsText() {
		assertThat(server.post("/api/points", "text/plain", "put posted.text 1 1\nput posted.text 2 2").body())
			.isEqualTo("{\"stored\":2}\n");
		assertThat(points("/api/points?key=posted.text")).hasSize(2);
		HttpResponse<String> mixed = server.post("/api/points", "text/plain; charset=utf-8",
				"put posted.text 3 3\nput");
		assertThat(mixed.statusCode()).isEqualTo(422);
		assertThat(problem(mixed).get("stored").asInt()).isEqualTo(1);
		assertThat(problem(mixed).get("errors").get(0).get("line").asInt()).isEqualTo(2);
		assertThat(points("/api/points?key=posted.text")).hasSize(3);
	}

	@Test
	void pointsArePutAsJson() {
		assertThat(server
			.post("/api/points", "application/json", "[{\"key\":\"posted.json\",\"value\":0.1,\"timestamp\":5}]")
			.body()).isEqualTo("{\"stored\":1}\n");
		assertThat(server.get("/api/points?key=posted.json").body()).contains("[[5,0.1]]");
	}

	@Test
	void manyPointsArePutInOneRequest() {
		StringBuilder body = new StringBuilder();
		for (int i = 0; i < 100_000; i++) {
			body.append("put posted.many ").append(i).append(' ').append(i).append('\n');
		}
		assertThat(server.post("/api/points", "text/plain", body.toString()).body()).isEqualTo("{\"stored\":100000}\n");
		assertThat(points("/api/points?key=posted.many")).hasSize(100_000);
	}

	@ParameterizedTest
	@CsvSource(delimiter = ' ', value = { "/api/points 400 key", "/api/points?key= 400 key",
			"/api/points?key=a&limit=1 400 limit", "/api/points?key=a&from=soon 400 from",
			"/api/points?key=a&to=1.5 400 to", "/api/points?key=a&from=2&to=1 400 from",
			"/api/points?key=a&from=1&from=2 400 from", "/api/points?key=a&max-points=3 400 max-points",
			"/api/points?key=a&format=xml 400 format", "/api/points?key=a&step=5 400 step",
			"/api/points?key=a&step=-5min 400 step", "/api/points?key=a&aggregate=sum 400 aggregate",
			"/api/points?key=a&step=1h&aggregate=mode 400 aggregate", "/api/series?match=[a 400 match",
			"/api/series?limit=0 400 limit", "/api/series?offset=-1 400 offset", "/api/latest?match={ 400 match" })
	void wrongParametersAreNamed(String path, int status, String parameter) {
		HttpResponse<String> answer = server.get(path);
		assertThat(answer.statusCode()).isEqualTo(status);
		JsonNode problem = problem(answer);
		assertThat(problem.get("parameter").asString()).isEqualTo(parameter);
		assertThat(problem.get("status").asInt()).isEqualTo(status);
		assertThat(problem.get("title").asString()).isEqualTo("Bad Request");
		assertThat(problem.get("detail").asString()).isNotBlank();
	}

	@Test
	void everythingThatIsWrongIsTold() {
		Map<HttpResponse<String>, Integer> answers = Map.of(server.get("/api/unknown"), 404,
				server.method("DELETE", "/api/points"), 405, server.get("/api/points?key=a", "Accept", "image/png"),
				406, server.get("/api/points?key=a", "Accept", "nonsense"), 400,
				server.post("/api/points", "application/x-www-form-urlencoded", "put a 1 1"), 415,
				server.post("/api/points", "text/plain; charset=iso-8859-1", "put a 1 1"), 415,
				server.post("/api/points", "nonsense", "put a 1 1"), 415,
				server.post("/api/points", "multipart/form-data; boundary=x", "--x--"), 415,
				server.post("/api/points", "application/json", "{}"), 400,
				server.post("/api/points?sync=1", "text/plain", "put a 1 1"), 400);
		answers.forEach((answer, status) -> {
			assertThat(answer.statusCode()).as(answer.toString()).isEqualTo(status);
			assertThat(problem(answer).get("status").asInt()).isEqualTo(status);
		});
		assertThat(server.method("DELETE", "/api/points").headers().firstValue("Allow")).hasValue("GET, HEAD, POST");
	}

	@Test
	void moreThanHundredKeysAreTooMany() {
		String keys = IntStream.range(0, 100).mapToObj((i) -> "key=" + i).collect(Collectors.joining("&"));
		assertThat(server.get("/api/points?" + keys).statusCode()).isEqualTo(200);
		assertThat(server.get("/api/points?" + keys + "&key=a").statusCode()).isEqualTo(400);
		assertThat(server.get("/api/points?key=a&key=b&key=a").body()).contains("Each key can be given only once.");
	}

	@Test
	void headHasTheHeadersOnly() {
		HttpResponse<String> answer = server.method("HEAD", "/api/points?key=palm.cpu&format=csv");
		assertThat(answer.statusCode()).isEqualTo(200);
		assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/csv;charset=UTF-8");
		assertThat(answer.body()).isEmpty();
	}

	private static List<JsonNode> points(String path) {
		List<JsonNode> points = new ArrayList<>();
		json(server.get(path)).get("series").get(0).get("points").forEach(points::add);
		return points;
	}

	private static List<String> keys(JsonNode reply) {
		List<String> keys = new ArrayList<>();
		reply.get("series").forEach((series) -> keys.add(series.get("key").asString()));
		return keys;
	}

	private static JsonNode json(HttpResponse<String> answer) {
		assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
		assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
		return JSON.readTree(answer.body());
	}

	private static JsonNode problem(HttpResponse<String> answer) {
		assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		return JSON.readTree(answer.body());
	}

}
