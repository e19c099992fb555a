package io.eardrum.monitoring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The files that Prometheus and Grafana are run with, read as they are in the source
 * tree.
 */
final class MonitoringFiles {

	static final Path DIRECTORY = Path.of("src/main/docker/monitoring");

	private static final JsonMapper JSON = JsonMapper.builder()
		.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
		.build();

	private MonitoringFiles() {
	}

	/**
	 * Reads the dashboards.
	 * @return the dashboards, by the name of their files
	 */
	static Map<String, JsonNode> dashboards() {
		Map<String, JsonNode> dashboards = new TreeMap<>();
		try (Stream<Path> files = Files.list(DIRECTORY.resolve("grafana/dashboards"))) {
			files.forEach((file) -> dashboards.put(String.valueOf(file.getFileName()), JSON.readTree(text(file))));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return dashboards;
	}

	/**
	 * Lists the panels of a dashboard.
	 * @param dashboard the dashboard
	 * @return its panels, rows and what is in them included
	 */
	static List<JsonNode> panels(JsonNode dashboard) {
		List<JsonNode> panels = new ArrayList<>();
		for (JsonNode panel : dashboard.path("panels")) {
			panels.add(panel);
			panels.addAll(panels(panel));
		}
		return panels;
	}

	static List<Map<String, Object>> scrapeConfigs() {
		return list(prometheus().get("scrape_configs"));
	}

	static Map<String, Object> prometheus() {
		return yaml(DIRECTORY.resolve("prometheus/prometheus.yml"));
	}

	/**
	 * Reads the alerts of all groups.
	 * @return the alerting rules
	 */
	static List<Map<String, Object>> alerts() {
		List<Map<String, Object>> alerts = new ArrayList<>();
		alertsByGroup().values().forEach(alerts::addAll);
		return alerts;
	}

	/**
	 * Reads the alerts.
	 * @return the alerting rules by the names of their groups
	 */
	static Map<String, List<Map<String, Object>>> alertsByGroup() {
		List<Map<String, Object>> groups = list(yaml(DIRECTORY.resolve("prometheus/alerts.yml")).get("groups"));
		Map<String, List<Map<String, Object>>> alerts = new TreeMap<>();
		groups.forEach((group) -> alerts.put(group.get("name").toString(), list(group.get("rules"))));
		return alerts;
	}

	static List<Map<String, Object>> dataSources() {
		return list(yaml(DIRECTORY.resolve("grafana/provisioning/datasources/eardrum.yml")).get("datasources"));
	}

	static List<Map<String, Object>> dashboardProviders() {
		return list(yaml(DIRECTORY.resolve("grafana/provisioning/dashboards/eardrum.yml")).get("providers"));
	}

	/**
	 * Reads the compose file.
	 * @return the services by name
	 */
	static Map<String, Map<String, Object>> services() {
		Map<String, Map<String, Object>> services = new TreeMap<>();
		map(yaml(Path.of("docker-compose.yml")).get("services"))
			.forEach((name, service) -> services.put(name, map(service)));
		return services;
	}

	private static Map<String, Object> yaml(Path file) {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		return new Yaml(options).load(text(file));
	}

	static String text(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@SuppressWarnings("unchecked")
	static Map<String, Object> map(Object value) {
		return (Map<String, Object>) Objects.requireNonNull(value);
	}

	@SuppressWarnings("unchecked")
	static <T> List<T> list(Object value) {
		return (List<T>) Objects.requireNonNull(value);
	}

}
