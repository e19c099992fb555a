package io.eardrum.monitoring;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import io.eardrum.monitoring.fixture.MonitoringFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the files of Prometheus and Grafana, and the services that use them, against each
 * other. Whether they fit the server is the business of
 * {@link MonitoringIntegrationTests}.
 */
class MonitoringFilesTests {

	private static final Set<String> WITHOUT_UNIT = Set.of("row");

	@Test
	void plainUpStartsTheServerAlone() {
		List<String> plain = MonitoringFiles.services()
			.entrySet()
			.stream()
			.filter((service) -> !service.getValue().containsKey("profiles"))
			.map(Map.Entry::getKey)
			.toList();
		assertThat(plain).containsExactly("eardrum");
		assertThat(monitoringServices()).containsOnlyKeys("grafana", "prometheus");
	}

	@Test
	void servicesAreConfinedAndBounded() {
		monitoringServices().forEach((name, service) -> {
			assertThat(service.get("image").toString()).as(name).matches("[a-z/]+:v?\\d+\\.\\d+\\.\\d+");
			assertThat(service).as(name)
				.containsEntry("read_only", true)
				.containsEntry("cap_drop", List.of("ALL"))
				.containsEntry("security_opt", List.of("no-new-privileges:true"))
				.containsEntry("restart", "unless-stopped")
				.containsKeys("mem_limit", "pids_limit", "healthcheck", "logging");
			assertThat(service.get("user").toString()).as(name).matches("[1-9]\\d*:\\d+");
		});
	}

	@Test
	void portsArePublishedOnTheLoopbackAddress() {
		Map<String, List<String>> ports = new TreeMap<>();
		monitoringServices().forEach((name, service) -> ports.put(name, MonitoringFiles.list(service.get("ports"))));
		assertThat(ports.get("prometheus")).singleElement().asString().startsWith("127.0.0.1:");
		assertThat(ports.get("grafana")).singleElement().asString().startsWith("${GRAFANA_BIND:-127.0.0.1}:");
	}

	@Test
	void portsOfTheServerArePublishedOnTheLoopbackAddress() {
		assertThat(MonitoringFiles
			.<String>list(MonitoringFiles.map(MonitoringFiles.services().get("eardrum")).get("ports"))).hasSize(4)
			.allMatch((port) -> port.startsWith("${EARDRUM_BIND:-127.0.0.1}:"));
	}

	@Test
	void serverIsConfinedAndNotRoot() {
		assertThat(MonitoringFiles.map(MonitoringFiles.services().get("eardrum"))).containsEntry("read_only", true)
			.containsEntry("cap_drop", List.of("ALL"))
			.containsEntry("security_opt", List.of("no-new-privileges:true"));
		List<String> users = MonitoringFiles.text(Path.of("Dockerfile"))
			.lines()
			.filter((line) -> line.startsWith("USER "))
			.toList();
		assertThat(users).last().isEqualTo("USER 10001:10001");
	}

	@Test
	void everyAlertIsTriedByPromtool() {
		String tests = MonitoringFiles.text(Path.of("src/test/monitoring/alerts-test.yml"));
		assertThat(MonitoringFiles.alerts()).extracting((alert) -> "alertname=\"" + alert.get("alert") + '"')
			.allSatisfy((fires) -> assertThat(tests).contains(fires));
	}

	@Test
	void whatIsMountedIsThere() {
		monitoringServices().forEach((name, service) -> mounts(service).forEach((inside, outside) -> {
			assertThat(outside).as(name).exists();
			assertThat(outside).as(name).isReadable();
		}));
	}

	@Test
	void pathsInsideAreMounted() {
		Map<String, Object> prometheus = MonitoringFiles.services().get("prometheus");
		String config = MonitoringFiles.<String>list(prometheus.get("command"))
			.stream()
			.filter((argument) -> argument.startsWith("--config.file="))
			.findFirst()
			.orElseThrow();
		Path configFile = outside(prometheus, config.substring(config.indexOf('=') + 1));
		assertThat(configFile).isRegularFile();
		MonitoringFiles.<String>list(MonitoringFiles.prometheus().get("rule_files"))
			.forEach((rules) -> assertThat(configFile.resolveSibling(rules)).isRegularFile());

		Map<String, Object> grafana = MonitoringFiles.services().get("grafana");
		assertThat(outside(grafana, MonitoringFiles.<String>list(grafana.get("entrypoint")).get(1))).isRegularFile();
		Map<String, Object> environment = MonitoringFiles.map(grafana.get("environment"));
		assertThat(outside(grafana, environment.get("GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH").toString()))
			.isRegularFile();
		for (Map<String, Object> provider : MonitoringFiles.dashboardProviders()) {
			String path = MonitoringFiles.map(provider.get("options")).get("path").toString();
			assertThat(outside(grafana, path)).isEqualTo(MonitoringFiles.DIRECTORY.resolve("grafana/dashboards"))
				.isDirectory();
		}
		assertThat(outside(grafana, "/etc/grafana/provisioning/datasources/eardrum.yml")).isRegularFile();
		assertThat(outside(grafana, "/etc/grafana/provisioning/dashboards/eardrum.yml")).isRegularFile();
	}

	@Test
	void targetsAndDataSourcesAreServices() {
		List<String> addresses = new ArrayList<>();
		MonitoringFiles.scrapeConfigs()
			.forEach((job) -> MonitoringFiles.<Map<String, Object>>list(job.get("static_configs"))
				.forEach((targets) -> addresses.addAll(MonitoringFiles.list(targets.get("targets")))));
		MonitoringFiles.dataSources()
			.forEach((source) -> addresses.add(source.get("url").toString().replace("http://", "")));
		assertThat(new TreeSet<>(addresses)).containsExactly("eardrum:8080", "prometheus:9090");
		assertThat(MonitoringFiles.services()).containsKeys("eardrum", "prometheus");
		assertThat(MonitoringFiles.dataSources()).allSatisfy(
				(source) -> assertThat(source).containsEntry("access", "proxy").containsEntry("editable", false));
	}

	@Test
	void metersOfAllServersAreScraped() {
		Set<String> hosts = new TreeSet<>();
		MonitoringFiles.scrapeConfigs().forEach((job) -> {
			if (job.get("job_name").equals("eardrum")) {
				MonitoringFiles.<Map<String, Object>>list(job.get("static_configs"))
					.forEach((targets) -> MonitoringFiles.<String>list(targets.get("targets"))
						.forEach((target) -> hosts.add(target.replaceFirst(":8080$", ""))));
				MonitoringFiles.<Map<String, Object>>list(job.get("dns_sd_configs")).forEach((names) -> {
					assertThat(names).containsEntry("port", 8080);
					hosts.addAll(MonitoringFiles.<String>list(names.get("names")));
				});
			}
		});
		Map<String, Map<String, Object>> servers = MonitoringFiles.services();
		servers.values().removeIf((service) -> !"eardrum:latest".equals(service.get("image")));
		assertThat(hosts).isEqualTo(new TreeSet<>(servers.keySet()));
	}

	@Test
	void serversTakeRequestsForTheNamesOfTheirServices() {
		Map<String, Map<String, Object>> servers = MonitoringFiles.services();
		servers.values().removeIf((service) -> !"eardrum:latest".equals(service.get("image")));
		assertThat(servers).containsOnlyKeys("eardrum", "eardrum-1", "eardrum-2");
		servers.forEach((name, service) -> {
			Object hosts = MonitoringFiles.map(service.get("environment")).get("EARDRUM_HTTP_HOSTS");
			assertThat(hosts.toString().split(",")).as(name).contains(name, "${EARDRUM_HTTP_HOSTS:-}");
		});
	}

	@ParameterizedTest
	@MethodSource("dashboards")
	void panelSaysWhatItShows(String file) {
		JsonNode dashboard = MonitoringFiles.dashboards().get(file);
		Set<Integer> ids = new TreeSet<>();
		Set<String> titles = new TreeSet<>();
		for (JsonNode panel : MonitoringFiles.panels(dashboard)) {
			String title = panel.path("title").asString("");
			assertThat(title).as(panel.toString()).isNotBlank();
			assertThat(ids.add(panel.path("id").asInt(0))).as("id of %s is its own", title).isTrue();
			assertThat(titles.add(panel.path("type").asString("") + title)).as("title %s is its own", title).isTrue();
			if (!WITHOUT_UNIT.contains(panel.path("type").asString(""))) {
				assertThat(panel.path("description").asString("")).as("description of " + title).isNotBlank();
				assertThat(panel.path("fieldConfig").path("defaults").path("unit").asString("")).as("unit of " + title)
					.isNotBlank();
				assertThat(panel.path("targets").size()).as("queries of " + title).isPositive();
			}
		}
		assertThat(ids).doesNotContain(0);
	}

	@ParameterizedTest
	@MethodSource("dashboards")
	void panelsDoNotOverlap(String file) {
		Set<String> taken = new TreeSet<>();
		for (JsonNode panel : MonitoringFiles.panels(MonitoringFiles.dashboards().get(file))) {
			JsonNode position = panel.path("gridPos");
			int left = position.path("x").asInt(-1);
			int top = position.path("y").asInt(-1);
			int right = left + position.path("w").asInt(0);
			assertThat(left).isNotNegative();
			assertThat(right).isBetween(left + 1, 24);
			for (int x = left; x < right; x++) {
				for (int y = top; y < top + position.path("h").asInt(0); y++) {
					assertThat(taken.add(x + "," + y)).as("%s at %d, %d", panel.path("title"), x, y).isTrue();
				}
			}
		}
	}

	@ParameterizedTest
	@MethodSource("dashboards")
	void dataSourcesAreProvisioned(String file) {
		Map<String, String> types = MonitoringFiles.dataSources()
			.stream()
			.collect(Collectors.toMap((source) -> source.get("uid").toString(),
					(source) -> source.get("type").toString()));
		JsonNode dashboard = MonitoringFiles.dashboards().get(file);
		List<JsonNode> users = new ArrayList<>();
		for (JsonNode panel : MonitoringFiles.panels(dashboard)) {
			Set<String> names = new TreeSet<>();
			for (JsonNode target : panel.path("targets")) {
				users.add(target);
				assertThat(names.add(target.path("refId").asString(""))).as("refId in " + panel.path("title")).isTrue();
			}
			if (!panel.path("type").asString("").equals("row")) {
				users.add(panel);
			}
		}
		dashboard.path("templating").path("list").forEach((variable) -> {
			if (variable.path("type").asString("").equals("query")) {
				users.add(variable);
			}
		});
		dashboard.path("annotations").path("list").forEach(users::add);
		assertThat(users).isNotEmpty().allSatisfy((user) -> {
			JsonNode source = user.path("datasource");
			String uid = source.path("uid").asString("");
			assertThat(types).containsEntry(uid, source.path("type").asString(""));
		});
	}

	@Test
	void dashboardsHaveNamesOfTheirOwn() {
		Map<String, JsonNode> dashboards = MonitoringFiles.dashboards();
		assertThat(dashboards).containsOnlyKeys("series.json", "server.json");
		assertThat(dashboards.values()).extracting((dashboard) -> dashboard.path("uid").asString(""))
			.containsExactlyInAnyOrder("eardrum-series", "eardrum-server");
		assertThat(dashboards.values()).allSatisfy((dashboard) -> {
			assertThat(dashboard.path("title").asString("")).startsWith("Eardrum");
			assertThat(dashboard.has("id")).as("an id is given by Grafana").isFalse();
		});
	}

	@Test
	void variablesThatAreUsedAreThere() {
		MonitoringFiles.dashboards().forEach((file, dashboard) -> {
			Set<String> variables = new TreeSet<>(Set.of("__rate_interval", "__range", "__all"));
			dashboard.path("templating")
				.path("list")
				.forEach((variable) -> variables.add(variable.path("name").asString("")));
			Set<String> used = new TreeSet<>();
			Pattern.compile("\\$(\\w+)")
				.matcher(dashboard.toString())
				.results()
				.forEach((found) -> used.add(found.group(1)));
			assertThat(variables).as(file).containsAll(used);
		});
	}

	@Test
	void alertSaysWhatToDo() {
		Set<String> names = new TreeSet<>();
		for (Map<String, Object> alert : MonitoringFiles.alerts()) {
			String name = alert.get("alert").toString();
			assertThat(name).startsWith("Eardrum");
			assertThat(names.add(name)).as(name + " is there once").isTrue();
			assertThat(MonitoringFiles.map(alert.get("labels")).get("severity")).as(name).isIn("critical", "warning");
			Map<String, Object> annotations = MonitoringFiles.map(alert.get("annotations"));
			assertThat(annotations).as(name).containsOnlyKeys("summary", "description", "action");
			assertThat(annotations.values()).as(name)
				.allSatisfy((annotation) -> assertThat(annotation.toString()).isNotBlank());
		}
		assertThat(names).hasSizeGreaterThan(20);
	}

	@Test
	void alertsAreDocumented() {
		Set<String> documented = new TreeSet<>();
		Pattern.compile("^\\| `(Eardrum\\w+)` \\| .* \\| (\\w+) \\|$", Pattern.MULTILINE)
			.matcher(MonitoringFiles.text(Path.of("docs/monitoring.md")))
			.results()
			.forEach((found) -> documented.add(found.group(1) + " " + found.group(2)));
		assertThat(MonitoringFiles.alerts())
			.extracting((alert) -> alert.get("alert") + " " + MonitoringFiles.map(alert.get("labels")).get("severity"))
			.containsExactlyInAnyOrderElementsOf(documented);
	}

	@Test
	void everybodyMayLookOnTheLoopbackAddress() throws Exception {
		assertThat(grafana(Map.of())).contains("status 0")
			.contains("GF_AUTH_ANONYMOUS_ENABLED=true")
			.contains("GF_AUTH_ANONYMOUS_ORG_ROLE=Viewer")
			.contains("GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION=true")
			.contains("GF_AUTH_DISABLE_LOGIN_FORM=true")
			.contains("GF_AUTH_BASIC_ENABLED=false");
	}

	@Test
	void adminHasThePasswordOfTheEnvironment() throws Exception {
		assertThat(grafana(Map.of("GRAFANA_ADMIN_PASSWORD", "long enough 4 me"))).contains("status 0")
			.contains("GF_AUTH_ANONYMOUS_ENABLED=true")
			.contains("GF_SECURITY_ADMIN_PASSWORD=long enough 4 me")
			.noneMatch((line) -> line.startsWith("GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION")
					|| line.startsWith("GF_AUTH_DISABLE_LOGIN_FORM") || line.startsWith("GRAFANA_ADMIN_PASSWORD"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "0.0.0.0", "192.168.1.5", "12.127.0.0", "localhost.example.org" })
	void othersHaveToLogIn(String address) throws Exception {
		assertThat(grafana(Map.of("GRAFANA_BIND", address, "GRAFANA_ADMIN_PASSWORD", "long enough 4 me")))
			.contains("status 0")
			.contains("GF_AUTH_ANONYMOUS_ENABLED=false");
		assertThat(grafana(Map.of("GRAFANA_BIND", address))).contains("status 1")
			.anyMatch((line) -> line.contains(address) && line.contains("Set GRAFANA_ADMIN_PASSWORD"));
	}

	@Test
	void shortPasswordIsRefused() throws Exception {
		assertThat(grafana(Map.of("GRAFANA_ADMIN_PASSWORD", "admin"))).contains("status 1")
			.contains("GRAFANA_ADMIN_PASSWORD has 5 characters. It must have 12 or more.");
	}

	@Test
	void noPasswordIsBakedIn() {
		Map<String, Object> grafana = MonitoringFiles.services().get("grafana");
		assertThat(MonitoringFiles.map(grafana.get("environment")))
			.containsEntry("GRAFANA_ADMIN_PASSWORD", "${GRAFANA_ADMIN_PASSWORD:-}")
			.doesNotContainKeys("GF_SECURITY_ADMIN_PASSWORD", "GF_AUTH_ANONYMOUS_ENABLED");
	}

	// Runs the script that starts Grafana, with something else in its place that tells
	// its
	// environment.
	private static List<String> grafana(Map<String, String> environment) throws IOException, InterruptedException {
		Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no /bin/sh");
		ProcessBuilder builder = new ProcessBuilder("/bin/sh",
				MonitoringFiles.DIRECTORY.resolve("grafana/start.sh").toString(), "env")
			.redirectErrorStream(true);
		builder.environment().keySet().removeIf((name) -> name.startsWith("GF_") || name.startsWith("GRAFANA_"));
		builder.environment().putAll(environment);
		Process process = builder.start();
		List<String> lines = new ArrayList<>(
				new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList());
		assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
		lines.add("status " + process.exitValue());
		return lines;
	}

	static Stream<String> dashboards() {
		return MonitoringFiles.dashboards().keySet().stream();
	}

	private static Map<String, Map<String, Object>> monitoringServices() {
		Map<String, Map<String, Object>> services = MonitoringFiles.services();
		services.values().removeIf((service) -> !List.of("monitoring").equals(service.get("profiles")));
		return services;
	}

	// Paths inside of the container, and what is there from outside.
	private static Map<String, Path> mounts(Map<String, Object> service) {
		Map<String, Path> mounts = new TreeMap<>();
		for (String volume : MonitoringFiles.<String>list(service.get("volumes"))) {
			String[] parts = volume.split(":", -1);
			if (parts[0].startsWith("./")) {
				assertThat(parts).as(volume).hasSize(3).endsWith("ro");
				mounts.put(parts[1], Path.of(parts[0].substring(2)));
			}
		}
		return mounts;
	}

	private static Path outside(Map<String, Object> service, String inside) {
		return mounts(service).entrySet()
			.stream()
			.filter((mount) -> (inside + "/").startsWith(mount.getKey() + "/"))
			.map((mount) -> mount.getValue().resolve(inside.substring(mount.getKey().length()).replaceFirst("^/", "")))
			.filter(Files::exists)
			.findFirst()
			.orElseThrow(() -> new AssertionError("nothing is mounted at " + inside));
	}

}
