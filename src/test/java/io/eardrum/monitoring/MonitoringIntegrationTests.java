package io.eardrum.monitoring;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import io.eardrum.client.MetricClient;
import io.eardrum.monitoring.fixture.DocumentedMeter;
import io.eardrum.monitoring.fixture.ExposedSeries;
import io.eardrum.monitoring.fixture.MonitoringFiles;
import io.eardrum.monitoring.fixture.PromqlExpression;
import io.eardrum.server.fixture.HttpAnswer;
import io.eardrum.server.fixture.PrometheusScrape;
import io.eardrum.server.fixture.RunningServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds what Prometheus and Grafana ask for against what a running server has: every name
 * of a metric, every label and every value of one that stands in a dashboard or an alert,
 * and every question to Graphite's read API.
 */
class MonitoringIntegrationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final Pattern LEGEND = Pattern.compile("\\{\\{\\s*(\\w+)\\s*}}");

	private static final Pattern ANNOTATION = Pattern.compile("\\$labels\\.(\\w+)");

	private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.+), *(\\w+)\\)");

	/** What Grafana puts in place of variables, once as it starts and once chosen. */
	private static final List<Map<String, String>> CHOICES = List.of(
			Map.of("first", "palm", "second", "*", "third", "*", "shown", "25"),
			Map.of("first", "palm", "second", "{disk,mem}", "third", "sda", "shown", "10"));

	@TempDir
	private static Path directory;

	@RegisterExtension
	private static final RunningServer server = RunningServer.with(() -> List.of("--eardrum.storage.type=embedded",
			"--eardrum.storage.path=" + directory, "--eardrum.graphite.port=0"));

	private static ExposedSeries exposed;

	/** What a server before a cluster has, even if the cluster is not there. */
	private static final ExposedSeries exposedByCluster = new ExposedSeries();

	@BeforeAll
	static void fill() {
		try (MetricClient client = MetricClient.connect("127.0.0.1", server.tcpPort())) {
			long now = Instant.now().getEpochSecond();
			for (String key : new String[] { "palm", "palm.mem", "palm.cpu", "palm.disk.sda", "palm.disk.sda.free",
					"cron.backup", "cron.backup.bytes", "cron.backup.bytes.all" }) {
				for (long timestamp : new long[] { now - 86_400, now - 86_340, now - 120, now - 60, now }) {
					client.put(key, key.length(), Instant.ofEpochSecond(timestamp));
				}
			}
		}
		exposed = new ExposedSeries();
		MonitoringFiles.scrapeConfigs()
			.forEach((job) -> exposed.addTarget(job.get("job_name").toString(), target(job), samplesOf(job)));
		for (Map<String, Object> alert : MonitoringFiles.alerts()) {
			for (String state : new String[] { "firing", "pending" }) {
				Map<String, String> labels = new HashMap<>();
				MonitoringFiles.map(alert.get("labels")).forEach((name, value) -> labels.put(name, value.toString()));
				labels.putAll(Map.of("alertname", alert.get("alert").toString(), "alertstate", state, "job", "eardrum",
						"instance", "eardrum:8080"));
				exposed.add("ALERTS", labels);
			}
		}
	}

	@BeforeAll
	static void startBeforeACluster() {
		try (RunningServer other = RunningServer.start("--eardrum.storage.type=cassandra",
				"--spring.cassandra.contact-points=127.0.0.1:1")) {
			exposedByCluster.addTarget("eardrum", "eardrum-1:8080",
					PrometheusScrape.of(other.httpPort(), "/actuator/prometheus").series());
		}
	}

	// Some meters come with what they count: a collection, and an answered HTTP request.
	private static Map<String, List<Map<String, String>>> samplesOf(Map<String, Object> job) {
		String path = path(job);
		if (path.equals("/actuator/prometheus")) {
			System.gc();
			Awaitility.await()
				.atMost(PATIENCE)
				.until(() -> PrometheusScrape.of(server.httpPort(), path).series().keySet(),
						(names) -> names.contains("jvm_gc_pause_seconds_count")
								&& names.contains("http_server_requests_seconds_count"));
		}
		return PrometheusScrape.of(server.httpPort(), path).series();
	}

	private static String path(Map<String, Object> job) {
		List<String> parameters = new ArrayList<>();
		if (job.containsKey("params")) {
			MonitoringFiles.map(job.get("params"))
				.forEach((name, values) -> MonitoringFiles.<String>list(values)
					.forEach((value) -> parameters.add(encode(name) + "=" + encode(value))));
		}
		return job.get("metrics_path") + (parameters.isEmpty() ? "" : "?" + String.join("&", parameters));
	}

	private static String target(Map<String, Object> job) {
		List<Map<String, Object>> targets = MonitoringFiles.list(job.get("static_configs"));
		return MonitoringFiles.<String>list(targets.get(0).get("targets")).get(0);
	}

	@Test
	void lastValuesOfJobsAreScraped() {
		assertThat(exposed.faults(PromqlExpression.of("eardrum_last_value{key=\"cron.backup.bytes\"}"))).isEmpty();
		assertThat(exposed.faults(PromqlExpression.of("eardrum_last_value{key=\"palm.cpu\"}"))).isNotEmpty();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("queries")
	void dashboardShowsWhatTheServerExposes(String place, String text, String legend) {
		PromqlExpression expression = expression(text);
		ExposedSeries series = text.contains("eardrum_storage_cluster_") ? exposedByCluster : exposed;
		assertThat(series.faults(expression)).as(text).isEmpty();
		assertThat(series.labelsOf(expression)).as("labels in the legend " + legend).containsAll(names(LEGEND, legend));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("alerts")
	void alertLooksAtWhatTheServerExposes(String name, String group, String text, String annotations) {
		PromqlExpression expression = expression(text);
		ExposedSeries series = group.equals("eardrum-cluster") ? exposedByCluster : exposed;
		assertThat(series.faults(expression)).as(text).isEmpty();
		assertThat(series.labelsOf(expression)).as("labels in the annotations")
			.containsAll(names(ANNOTATION, annotations));
	}

	@Test
	void nameThatIsNotThereIsFound() {
		String all = String.join("\n", queries().map((query) -> query.get()[1].toString()).toList());
		for (String name : names(Pattern.compile("\\b((?:eardrum|jvm|process|system|http)_\\w+)"), all)) {
			PromqlExpression expression = PromqlExpression.of("rate(" + name + "x[5m])");
			assertThat(exposed.faults(expression)).anySatisfy((fault) -> assertThat(fault).contains(name + "x"));
		}
	}

	@Test
	void metersThatAreExposedAreDocumented() {
		Set<String> told = new TreeSet<>();
		DocumentedMeter.all().forEach((meter) -> told.addAll(meter.samples()));
		Set<String> real = new TreeSet<>();
		for (ExposedSeries series : List.of(exposed, exposedByCluster)) {
			series.names()
				.stream()
				.filter((name) -> name.startsWith("eardrum_") && !name.startsWith("eardrum_last_"))
				.forEach(real::add);
		}
		assertThat(told).filteredOn((name) -> name.startsWith("eardrum_")).containsExactlyElementsOf(real);
		assertThat(told)
			.allSatisfy((name) -> assertThat(exposed.has(name) || exposedByCluster.has(name)).as(name).isTrue());
	}

	@Test
	void labelsAndTheirValuesAreTheDocumentedOnes() {
		int count = 0;
		for (DocumentedMeter meter : DocumentedMeter.all()) {
			for (Map.Entry<String, Set<String>> label : meter.labels().entrySet()) {
				Set<String> values = new TreeSet<>(exposed.values(meter.samples().first(), label.getKey()));
				values.addAll(exposedByCluster.values(meter.samples().first(), label.getKey()));
				assertThat(label.getValue()).as(meter.samples().first() + " " + label.getKey()).isEqualTo(values);
				count++;
			}
		}
		assertThat(count).isGreaterThan(8);
	}

	@Test
	void metersOfTheServerAreOnADashboardOrInAnAlert() {
		StringBuilder used = new StringBuilder();
		queries().forEach((query) -> used.append(query.get()[1]).append('\n'));
		MonitoringFiles.alerts().forEach((alert) -> used.append(alert.get("expr")).append('\n'));
		Set<String> unseen = new TreeSet<>();
		for (DocumentedMeter meter : DocumentedMeter.all()) {
			// Of the samples of a histogram, one is enough.
			Map<String, Boolean> seen = new HashMap<>();
			meter.samples()
				.forEach((name) -> seen.merge(name.replaceFirst("_(bucket|count|sum|max)$", ""),
						Pattern.compile("\\b" + name + "\\b").matcher(used).find(), Boolean::logicalOr));
			seen.forEach((name, isSeen) -> {
				if (!isSeen) {
					unseen.add(name);
				}
			});
		}
		assertThat(unseen).isEmpty();
	}

	@Test
	void metersOfDashboardsAndAlertsAreDocumented() {
		Set<String> told = new TreeSet<>();
		DocumentedMeter.all().forEach((meter) -> told.addAll(meter.samples()));
		// They are explained where series are.
		told.addAll(Set.of("eardrum_last_timestamp_seconds", "eardrum_last_value", "up", "ALERTS"));
		Stream
			.concat(queries().map((query) -> query.get()[1].toString()),
					MonitoringFiles.alerts().stream().map((alert) -> alert.get("expr").toString()))
			.forEach((text) -> assertThat(told)
				.containsAll(expression(text).selectors().stream().map(PromqlExpression.Selector::name).toList()));
	}

	@Test
	void variablesOfPrometheusHaveValues() {
		int count = 0;
		for (JsonNode variable : variables("prometheus")) {
			Matcher matcher = LABEL_VALUES.matcher(variable.path("query").path("query").asString(""));
			assertThat(matcher.matches()).as(variable.toString()).isTrue();
			PromqlExpression expression = expression(matcher.group(1));
			assertThat(exposed.faults(expression)).isEmpty();
			assertThat(exposed.labelsOf(expression)).contains(matcher.group(2));
			count++;
		}
		assertThat(count).isPositive();
	}

	@Test
	void variablesOfGraphiteHaveValues() {
		List<JsonNode> variables = variables("graphite");
		assertThat(variables).hasSize(3);
		for (JsonNode variable : variables) {
			String query = chosen(variable.path("query").asString(""), CHOICES.get(0));
			HttpAnswer answer = HttpAnswer.get(server.httpPort(), "/metrics/find?query=" + encode(query));
			assertThat(answer.status()).as(query).isEqualTo(200);
			assertThat(answer.body()).as(query).contains("\"text\":");
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("graphiteTargets")
	void graphiteAnswersWithSeries(String place, String target) {
		for (Map<String, String> choice : CHOICES) {
			String query = chosen(target, choice);
			HttpAnswer answer = HttpAnswer.get(server.httpPort(),
					"/render?format=json&from=-6h&until=now&maxDataPoints=800&target=" + encode(query));
			assertThat(answer.status()).as(query + ": " + answer.body()).isEqualTo(200);
			assertThat(answer.body()).as(query).contains("\"datapoints\":[[");
		}
	}

	private static PromqlExpression expression(String text) {
		String plain = text.replace("$__rate_interval", "5m").replace("$__range", "1h").replace("$instance", ".*");
		return PromqlExpression.of(plain);
	}

	private static String chosen(String text, Map<String, String> choice) {
		String chosen = text;
		for (Map.Entry<String, String> variable : choice.entrySet()) {
			chosen = chosen.replace("$" + variable.getKey(), variable.getValue());
		}
		assertThat(chosen).doesNotContain("$");
		return chosen;
	}

	private static Set<String> names(Pattern pattern, String text) {
		Set<String> names = new TreeSet<>();
		pattern.matcher(text).results().forEach((found) -> names.add(found.group(1)));
		return names;
	}

	private static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	private static List<JsonNode> variables(String type) {
		List<JsonNode> variables = new ArrayList<>();
		MonitoringFiles.dashboards().values().forEach((dashboard) -> {
			for (JsonNode variable : dashboard.path("templating").path("list")) {
				if (variable.path("datasource").path("type").asString("").equals(type)) {
					variables.add(variable);
				}
			}
		});
		return variables;
	}

	static Stream<Arguments> queries() {
		List<Arguments> queries = new ArrayList<>();
		targets("prometheus", (place, target) -> queries
			.add(Arguments.of(place, target.path("expr").asString(""), target.path("legendFormat").asString(""))));
		MonitoringFiles.dashboards().forEach((file, dashboard) -> {
			for (JsonNode annotation : dashboard.path("annotations").path("list")) {
				queries.add(Arguments.of(file + ": " + annotation.path("name").asString(""),
						annotation.path("expr").asString(""), annotation.path("textFormat").asString("")));
			}
		});
		return queries.stream();
	}

	static Stream<Arguments> graphiteTargets() {
		List<Arguments> targets = new ArrayList<>();
		targets("graphite", (place, target) -> targets.add(Arguments.of(place, target.path("target").asString(""))));
		return targets.stream();
	}

	static Stream<Arguments> alerts() {
		return MonitoringFiles.alertsByGroup()
			.entrySet()
			.stream()
			.flatMap((group) -> group.getValue()
				.stream()
				.map((alert) -> Arguments.of(alert.get("alert"), group.getKey(), alert.get("expr"),
						alert.get("annotations").toString())));
	}

	private static void targets(String type, TargetConsumer consumer) {
		MonitoringFiles.dashboards().forEach((file, dashboard) -> MonitoringFiles.panels(dashboard).forEach((panel) -> {
			for (JsonNode target : panel.path("targets")) {
				if (target.path("datasource").path("type").asString("").equals(type)) {
					consumer.accept(
							file + ": " + panel.path("title").asString("") + " " + target.path("refId").asString(""),
							target);
				}
			}
		}));
	}

	/**
	 * Takes the queries of panels.
	 */
	@FunctionalInterface
	private interface TargetConsumer {

		void accept(String place, JsonNode target);

	}

}
