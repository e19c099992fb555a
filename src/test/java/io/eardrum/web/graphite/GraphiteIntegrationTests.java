package io.eardrum.web.graphite;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The read API over HTTP, asked as Grafana's Graphite data source asks.
 */
class GraphiteIntegrationTests {

	private static final String FORM = "application/x-www-form-urlencoded";

	@RegisterExtension
	private static final WebServer server = WebServer.with("--eardrum.render.max-series=50",
			"--eardrum.render.max-values=100000", "--eardrum.series.rules[0].keys=ruled.**",
			"--eardrum.series.rules[0].step=20s",
			"--eardrum.series.storage-schemas=src/test/resources/io/eardrum/web/graphite/storage-schemas.conf");

	@BeforeAll
	static void fill() {
		for (int i = 0; i < 6; i++) {
			server.put("palm.cpu", i + 0.5, 1200 + i * 60L);
			server.put("palm.mem", 10 * i, 1200 + i * 60L);
		}
		server.put("palm", 1, 1200);
		server.put("ruled.a", 1, 1200);
		server.put("schema.a", 1, 1200);
		server.put("web.größe \"x\"", 7, 1200);
		for (int i = 0; i < 60; i++) {
			server.put("many.n" + i, i, 1200);
		}
	}

	private static String encoded(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	private static String render(String target, String parameters) {
		HttpResponse<String> response = server.get("/render?target=" + encoded(target) + parameters);
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return response.body();
	}

	@Test
	void grafanasQueryIsAnswered() {
		HttpResponse<String> response = server.post("/render", FORM,
				"target=" + encoded("aliasSub(aliasByNode(palm.*, 1), \"(^.*$)\", \"\\1 A\")") + "&target="
						+ encoded("aliasSub(sumSeries(palm.*), \"(^.*$)\", \"\\1 B\")")
						+ "&from=1199&until=1380&format=json&maxDataPoints=1046&cacheTimeout=60");
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
		assertThat(JsonPath.<List<String>>read(response.body(), "$[*].target")).containsExactly("cpu A", "mem A",
				"sumSeries(palm.*) B");
		assertThat(JsonPath.<List<List<Number>>>read(response.body(), "$[0].datapoints"))
			.containsExactly(List.of(0.5, 1200), List.of(1.5, 1260), List.of(2.5, 1320), List.of(3.5, 1380));
		assertThat(JsonPath.<Map<String, String>>read(response.body(), "$[0].tags"))
			.isEqualTo(Map.of("name", "palm.cpu"));
	}

	@Test
	void grafanasBackendIsAnsweredItsHealthCheck() {
		HttpResponse<String> response = server.post("/render", FORM,
				"format=json&from=1150864247&maxDataPoints=100&target=constantLine%28100%29&until=1150867847");
		assertThat(JsonPath.<List<List<Number>>>read(response.body(), "$[0].datapoints"))
			.containsExactly(List.of(100.0, 1150864247), List.of(100.0, 1150866047), List.of(100.0, 1150867847));
	}

	@Test
	void stepIsWhatPeopleSay() {
		assertThat(render("ruled.*", "&from=1199&until=1230&format=raw")).isEqualTo("ruled.a,1200,1240,20|1.0,None\n");
		assertThat(render("schema.*", "&from=1199&until=1230&format=raw"))
			.isEqualTo("schema.a,1200,1245,15|1.0,None,None\n");
	}

	@Test
	void grafanasEditorFindsNodes() {
		HttpResponse<String> response = server.post("/metrics/find?from=1199&until=1380", FORM, "query=*");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(JsonPath.<List<String>>read(response.body(), "$[*].text")).containsExactly("many", "palm", "ruled",
				"schema", "web");
		assertThat(JsonPath.<List<Integer>>read(response.body(), "$[*].expandable")).containsExactly(1, 1, 1, 1, 1);
		assertThat(JsonPath.<List<Integer>>read(response.body(), "$[*].leaf")).containsExactly(0, 1, 0, 0, 0);
		response = server.get("/metrics/find?query=palm.*&format=treejson");
		assertThat(response.body()).isEqualTo("[{\"text\":\"cpu\",\"id\":\"palm.cpu\",\"allowChildren\":0,"
				+ "\"expandable\":0,\"leaf\":1},{\"text\":\"mem\",\"id\":\"palm.mem\",\"allowChildren\":0,"
				+ "\"expandable\":0,\"leaf\":1}]");
	}

	@Test
	void grafanasVariablesExpand() {
		assertThat(server.get("/metrics/expand?query=palm.*&from=-1h&until=now").body())
			.isEqualTo("{\"results\":[\"palm.cpu\",\"palm.mem\"]}");
		assertThat(server.get("/metrics/expand?query=*&leavesOnly=1").body()).isEqualTo("{\"results\":[\"palm\"]}");
		assertThat(server.get("/metrics/expand?query=palm&query=none&groupByExpr=1").body())
			.isEqualTo("{\"results\":{\"palm\":[\"palm\"],\"none\":[]}}");
	}

	@Test
	void completerIsAnswered() {
		assertThat(server.get("/metrics/find?query=pal&format=completer").body())
			.isEqualTo("{\"metrics\":[{\"path\":\"palm\",\"name\":\"palm\",\"is_leaf\":\"1\"},"
					+ "{\"path\":\"palm.\",\"name\":\"palm\",\"is_leaf\":\"0\"}]}");
	}

	@Test
	void indexHasAllKeys() {
		List<String> keys = JsonPath.read(server.get("/metrics/index.json").body(), "$");
		assertThat(keys).hasSize(66).contains("palm.cpu", "palm", "web.größe \"x\"", "many.n59");
	}

	@Test
	void functionsAreListedInTheFormThatGrafanaReads() {
		HttpResponse<String> response = server.get("/functions");
		Map<String, Map<String, Object>> functions = JsonPath.read(response.body(), "$");
		assertThat(functions).containsKeys("alias", "aliasByNode", "aliasSub", "sumSeries", "sum", "averageSeries",
				"avg", "maxSeries", "minSeries", "scale", "offset", "derivative", "nonNegativeDerivative", "perSecond",
				"summarize", "movingAverage", "keepLastValue", "consolidateBy", "timeShift", "groupByNode", "limit",
				"highestMax", "sortByName");
		functions.forEach((name, function) -> {
			assertThat(function).containsEntry("name", name)
				.containsKeys("description", "group", "params", "function", "module");
			// Grafana takes the first one off, or leaves it in place if it is multiple.
			List<Map<String, Object>> parameters = JsonPath.read(response.body(), "$['" + name + "'].params");
			parameters.forEach((parameter) -> assertThat(parameter).containsKeys("name", "type"));
		});
		assertThat(JsonPath.<Map<String, Object>>read(response.body(), "$.groupByNode.params[2]"))
			.containsEntry("name", "callback")
			.containsEntry("type", "aggOrSeriesFunc")
			.containsEntry("default", "average")
			.containsKey("options");
		assertThat(JsonPath.<String>read(server.get("/functions/scale").body(), "$.function"))
			.isEqualTo("scale(seriesList, factor)");
		assertThat(server.get("/functions/nothing").statusCode()).isEqualTo(404);
		assertThat(JsonPath.<Map<String, Object>>read(server.get("/functions?grouped=1").body(), "$"))
			.containsKeys("Alias", "Combine", "Transform");
	}

	@ParameterizedTest
	@CsvSource({ "/version, 1.1.8", "/tags, []", "/tags/findSeries?expr=name%3Dx, []",
			"/tags/autoComplete/tags?limit=100&expr=name%3Dx, []",
			"/tags/autoComplete/values?tag=name&valuePrefix=a, []", "/events/get_data?from=-1h&until=now, []",
			"/render?target=none, []", "/render, []", "/metrics/find/?query=none, []",
			"/metrics/expand/, {\"results\":[]}" })
	void whatIsNotThereIsAnsweredSo(String path, String body) {
		HttpResponse<String> response = server.get(path);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body().strip()).isEqualTo(body);
	}

	@Test
	void tagHasNoValues() {
		assertThat(server.get("/tags/host").body()).isEqualTo("null");
	}

	@Test
	void csvAndRawAreLines() {
		assertThat(render("palm.cpu", "&from=1199&until=1260&format=csv&tz=Asia/Kathmandu"))
			.isEqualTo("palm.cpu,1970-01-01 05:50:00,0.5\r\npalm.cpu,1970-01-01 05:51:00,1.5\r\n");
		assertThat(render("palm.cpu", "&from=1199&until=1260&format=raw")).isEqualTo("palm.cpu,1200,1320,60|0.5,1.5\n");
		assertThat(render("palm.cpu", "&from=1500&until=1560&rawData=true")).isEqualTo("palm.cpu,1560,1620,60|None\n");
		assertThat(render("alias(palm.cpu,'a,\"b\"')", "&from=1199&until=1210&format=csv&tz=UTC"))
			.isEqualTo("\"a,\"\"b\"\"\",1970-01-01 00:20:00,0.5\r\n");
	}

	@Test
	void pointsWithoutValuesAreLeftOutWhereTheyAreNotWanted() {
		assertThat(JsonPath.<List<List<Number>>>read(render("palm.cpu", "&from=1379&until=1700&noNullPoints=true"),
				"$[0].datapoints"))
			.containsExactly(List.of(3.5, 1380), List.of(4.5, 1440), List.of(5.5, 1500));
		assertThat(render("palm.cpu", "&from=1600&until=1700&noNullPoints=true")).isEqualTo("[]");
		assertThat(render("palm.cpu", "&from=1600&until=1700")).contains("[null,1620],[null,1680]");
	}

	@Test
	void twoStarsStandForAnyDepth() {
		String range = "&from=1199&until=1210";
		assertThat(JsonPath.<List<String>>read(render("{palm,web}.**", range), "$[*].target"))
			.containsExactly("palm.cpu", "palm.mem", "web.größe \"x\"");
		assertThat(JsonPath.<List<String>>read(render("**.cpu", range), "$[*].target")).containsExactly("palm.cpu");
		assertThat(render("sumSeries(palm.**)", range)).contains("sumSeries(palm.**)", "[0.5,1200]");
		assertThat(JsonPath.<List<String>>read(server.get("/metrics/find?query=**.c*").body(), "$[*].text"))
			.containsExactly("cpu");
		assertThat(server.get("/metrics/expand?query=palm.**&query=**.cpu").body())
			.isEqualTo("{\"results\":[\"palm.cpu\",\"palm.mem\"]}");
		assertThat(JsonPath.<Integer>read(server.get("/api/series?match=**").body(), "$.total")).isEqualTo(66);
	}

	@Test
	void formsOfManyPartsAreRefusedWhileTheyAreRead() {
		String target = "target=" + encoded("group(a" + ",a".repeat(8000) + ")") + "&";
		HttpResponse<String> response = server.post("/render", FORM, target.repeat(10) + "from=1&until=2");
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(JsonPath.<String>read(response.body(), "$.message")).contains("100000 values");
	}

	@Test
	void patternsOfManyPositionsAreLookedUpOrRefused() {
		String query = "query=" + encoded("*a" + "?".repeat(420) + "b") + "&";
		HttpResponse<String> response = server.post("/metrics/expand", FORM, query.repeat(100));
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).isEqualTo("{\"results\":[]}");
		response = server.post("/metrics/expand", FORM, "query=" + "?".repeat(2000));
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(JsonPath.<String>read(response.body(), "$.message"))
			.startsWith("'" + "?".repeat(150) + "\u2026' can't be looked up: the pattern is too large");
	}

	@Test
	void longSeriesAreConsolidated() {
		String json = render("palm.cpu", "&from=1199&until=1500&maxDataPoints=2");
		// Slots of three values, told by multiples of 180 s; as in Graphite, each takes
		// the value before it.
		assertThat(JsonPath.<List<List<Number>>>read(json, "$[0].datapoints")).containsExactly(List.of(1.5, 1260),
				List.of(4.5, 1440));
		assertThat(JsonPath.<List<List<Number>>>read(
				render("consolidateBy(palm.cpu,'sum')", "&from=1199&until=1500&maxDataPoints=1"), "$[0].datapoints"))
			.containsExactly(List.of(18.0, 1200));
	}

	@Test
	void keysOfAnyCharactersAreFound() {
		assertThat(JsonPath.<String>read(render("web.*", "&from=1100&until=1300"), "$[0].target"))
			.isEqualTo("web.größe \"x\"");
	}

	@Test
	void patternsCanBeTypedAsTheyAre() {
		assertThat(JsonPath.<List<String>>read(server.get("/render?target=palm.{cpu,mem}&from=1199&until=1300").body(),
				"$[*].target"))
			.containsExactly("palm.cpu", "palm.mem");
	}

	@ParameterizedTest
	@CsvSource(delimiterString = "->", quoteCharacter = '~', textBlock = """
			target=groupByTags(palm.cpu)              -> There is no function 'groupByTags' (character 1)
			target=scale(palm.cpu                     -> Character 15 of target 'scale(palm.cpu' has to be ',' or ')'
			target=palm.cpu&from=soon                 -> 'soon' is not a time such as
			target=palm.cpu&from=5&until=5            -> 'from' and 'until' are the same time.
			target=palm.cpu&format=png                -> There is no format 'png'; there are json, csv and raw.
			target=palm.cpu&jsonp=x                   -> jsonp is not supported
			target=palm.cpu&tz=nowhere                -> 'nowhere' is not a time zone
			target=many.*                             -> More than 50 series match
			target=many.**                            -> More than 50 series match
			target=grep(palm.*,'%5E(?!cpu)')          -> '^(?!cpu)' has a lookahead, '(?!', which is not supported
			target=grep(palm.*,'((a%7B1000%7D)%7B1000%7D)%7B1000%7D') -> '((a{1000}){1000}){1000}' is too large
			""")
	void whatIsWrongIsToldWhereGrafanaLooks(String parameters, String message) {
		HttpResponse<String> response = server.get("/render?" + parameters.strip());
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(JsonPath.<String>read(response.body(), "$.message")).startsWith(message);
		assertThat(JsonPath.<String>read(response.body(), "$.detail")).startsWith(message);
	}

	@Test
	void answerThatTakesTooMuchMemoryIsRefusedAndTheMemoryIsGivenBack() {
		for (int i = 0; i < 20; i++) {
			HttpResponse<String> response = server
				.get("/render?target=" + encoded("summarize(palm.cpu,'1s')") + "&from=0&until=200000");
			assertThat(response.statusCode()).isEqualTo(400);
			assertThat(JsonPath.<String>read(response.body(), "$.message")).contains("100000 values");
			assertThat(render("palm.cpu", "&from=1199&until=1260")).contains("[0.5,1200]");
		}
	}

	@Test
	void requestThatReadsFewValuesOfSeriesAgainAndAgainIsRefused() {
		String many = "palm.*,".repeat(1500);
		HttpResponse<String> response = server.post("/render", FORM,
				"target=" + encoded("group(" + many + "palm.*)") + "&from=1259&until=1260");
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(JsonPath.<String>read(response.body(), "$.message")).contains("read more than 1000 series");
	}

	@Test
	void requestOfTooManyTargetsIsRefused() {
		String targets = "target=palm.cpu&".repeat(500) + "from=1199&until=1260";
		assertThat(server.post("/render", FORM, targets).statusCode()).isEqualTo(200);
		HttpResponse<String> response = server.post("/render", FORM, "target=palm.cpu&" + targets);
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(JsonPath.<String>read(response.body(), "$.message")).contains("500 targets");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/metrics/find?query=palm.%5Bc", "/metrics/find?query=palm.%7Bc",
			"/metrics/find?query=palm.%7Bc,", "/metrics/find?query=palm%5C", "/metrics/find?query=%7Bpalm.cpu%7D",
			"/render?target=palm.%5Bc", "/render?target=palm.%5Bz-a%5D" })
	void halfTypedPatternFindsNothing(String path) {
		assertThat(server.get(path).body()).isEqualTo("[]");
	}

	@Test
	void halfTypedPatternIsOneOfSeveral() {
		assertThat(server.get("/metrics/expand?query=palm.%5Bc&query=palm.cpu").body())
			.isEqualTo("{\"results\":[\"palm.cpu\"]}");
		assertThat(server.get("/metrics/find?format=completer&query=palm.%7Bc").body()).isEqualTo("{\"metrics\":[]}");
	}

	@Test
	void metricsIsFindWithQueryAndTheMetersWithout() {
		String found = server.get("/metrics/find?query=palm.*").body();
		for (String path : new String[] { "/metrics?query=palm.*", "/metrics/?wildcards=0&query=palm.*" }) {
			assertThat(server.get(path).body()).isEqualTo(found);
		}
		assertThat(server.post("/metrics", FORM, "query=palm.*").body()).isEqualTo(found);
		for (String path : new String[] { "/metrics", "/metrics/", "/metrics?subquery=x" }) {
			assertThat(server.get(path).body()).contains("# TYPE eardrum_");
		}
	}

	@Test
	void variableOfManyHostsIsAsManyLookUps() {
		StringBuilder hosts = new StringBuilder("cpu");
		for (int i = 0; i < 300; i++) {
			hosts.append(",frontend-").append(i);
		}
		HttpResponse<String> response = server.post("/render", FORM,
				"target=" + encoded("sumSeries(palm.{" + hosts + "})") + "&from=1199&until=1210");
		assertThat(JsonPath.<List<List<Number>>>read(response.body(), "$[0].datapoints"))
			.containsExactly(List.of(0.5, 1200));
		response = server.post("/metrics/find", FORM, "query=" + encoded("palm.{" + hosts + "}"));
		assertThat(JsonPath.<List<String>>read(response.body(), "$[*].text")).containsExactly("cpu");
	}

	@Test
	void charactersThatPeopleTypeAreTakenAsTheyAre() throws IOException {
		String target = "alias(palm.cpu,\"a<b>c^d\\e\")|scale(2)";
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
			socket.getOutputStream()
				.write(("GET /render?from=1199&until=1210&target=" + target
						+ " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
					.getBytes(StandardCharsets.US_ASCII));
			assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
				.startsWith("HTTP/1.1 200 ")
				.contains("scale(a<b>c^d\\\\e,2)");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "/metrics/find", "/metrics/find?query=", "/metrics/find?query=a&format=pickle" })
	void wrongSearchIsRefused(String path) {
		assertThat(server.get(path).statusCode()).isEqualTo(400);
	}

}
