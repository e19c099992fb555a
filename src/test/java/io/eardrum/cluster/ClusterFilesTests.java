package io.eardrum.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the services of the compose file's profile {@code cassandra}, their load balancer
 * and the Cassandra of the tests against each other.
 */
class ClusterFilesTests {

	private static final Pattern SERVER = Pattern.compile("^ {2}server (\\S+) (\\S+):(\\d+)$", Pattern.MULTILINE);

	private final Map<String, Map<String, Object>> services = services();

	private final String balancer = text("src/main/docker/cluster/haproxy.cfg");

	@Test
	void servicesAreConfinedAndBounded() {
		Map<String, Map<String, Object>> cluster = cluster();
		assertThat(cluster).containsOnlyKeys("balancer", "cassandra-1", "cassandra-2", "cassandra-3", "eardrum-1",
				"eardrum-2");
		cluster.forEach((name, service) -> {
			assertThat(service.get("image").toString()).as(name)
				.matches("eardrum:latest|[a-z]+:\\d+\\.\\d+\\.\\d+(-alpine)?");
			assertThat(service).as(name)
				.containsEntry("cap_drop", List.of("ALL"))
				.containsEntry("security_opt", List.of("no-new-privileges:true"))
				.containsEntry("restart", "unless-stopped")
				.containsKeys("mem_limit", "pids_limit", "healthcheck", "logging");
			if (!name.startsWith("eardrum")) {
				assertThat(service.get("user").toString()).as(name).matches("[1-9]\\d*:\\d+");
			}
			// The start script of Cassandra's image writes into its configuration.
			assertThat(service.containsKey("read_only")).as(name).isEqualTo(!name.startsWith("cassandra"));
		});
	}

	@Test
	void serversDifferFromTheSingleOneInWhereTheyKeepPointsOnly() {
		Map<String, Object> single = without(service("eardrum"), "environment", "ports", "volumes");
		for (String name : List.of("eardrum-1", "eardrum-2")) {
			assertThat(without(service(name), "depends_on", "environment", "profiles")).as(name).isEqualTo(single);
			assertThat(map(service(name).get("environment"))).as(name)
				.containsAllEntriesOf(map(service("eardrum").get("environment")))
				.containsEntry("SPRING_PROFILES_ACTIVE", "docker,cassandra");
		}
		assertThat(service("eardrum-1")).isEqualTo(service("eardrum-2"));
	}

	@Test
	void nodesJoinOneAfterAnotherAndServersComeLast() {
		assertThat(dependencies("cassandra-1")).isEmpty();
		assertThat(dependencies("cassandra-2")).containsExactly("cassandra-1");
		assertThat(dependencies("cassandra-3")).containsExactly("cassandra-2");
		assertThat(dependencies("eardrum-1")).containsExactly("cassandra-3");
		for (String name : List.of("cassandra-1", "cassandra-2", "cassandra-3")) {
			Map<String, Object> other = without(service(name), "depends_on", "volumes");
			assertThat(other).as(name).isEqualTo(without(service("cassandra-1"), "depends_on", "volumes"));
			assertThat(service(name).get("volumes")).as(name).isEqualTo(List.of(name + ":/var/lib/cassandra"));
		}
		String points = map(service("eardrum-1").get("environment")).get("SPRING_CASSANDRA_CONTACTPOINTS").toString();
		assertThat(points).isEqualTo("cassandra-1:9042,cassandra-2:9042,cassandra-3:9042");
	}

	@Test
	void theCassandraOfTheTestsIsThatOfTheComposeFile() {
		Matcher version = Pattern.compile("<cassandra.version>(.+)</cassandra.version>")
			.matcher(text("src/test/cassandra/pom.xml"));
		assertThat(version.find()).isTrue();
		assertThat(service("cassandra-1")).containsEntry("image", "cassandra:" + version.group(1));
	}

	@Test
	void theBalancerKnowsEachServerAtEachPort() {
		Set<String> known = new TreeSet<>();
		Matcher matcher = SERVER.matcher(this.balancer);
		while (matcher.find()) {
			assertThat(matcher.group(1)).isEqualTo(matcher.group(2));
			known.add(matcher.group(2) + ":" + matcher.group(3));
		}
		assertThat(known).containsExactlyInAnyOrder("eardrum-1:8888", "eardrum-2:8888", "eardrum-1:8080",
				"eardrum-2:8080", "eardrum-1:2003", "eardrum-2:2003");
		for (Object port : list(service("balancer").get("ports"))) {
			String inside = port.toString().replaceAll(".*:", "");
			assertThat(this.balancer).contains("\n  bind :" + inside + "\n");
		}
	}

	@Test
	void theBalancerCutsNoSilentSession() {
		for (String side : List.of("client", "server")) {
			assertThat(this.balancer).contains("\n  timeout " + side + " 24d\n");
		}
		assertThat(this.balancer).contains("\n  option clitcpka\n", "\n  option srvtcpka\n");
	}

	private Map<String, Map<String, Object>> cluster() {
		Map<String, Map<String, Object>> cluster = new TreeMap<>(this.services);
		cluster.values().removeIf((service) -> !List.of("cassandra").equals(service.get("profiles")));
		return cluster;
	}

	private Map<String, Object> service(String name) {
		return Objects.requireNonNull(this.services.get(name));
	}

	// All of them wait until the other is healthy.
	private Set<String> dependencies(String name) {
		Object dependencies = service(name).get("depends_on");
		if (dependencies == null) {
			return Set.of();
		}
		assertThat(map(dependencies).values()).allMatch(Map.of("condition", "service_healthy")::equals);
		return map(dependencies).keySet();
	}

	private static Map<String, Object> without(Map<String, Object> service, String... keys) {
		Map<String, Object> rest = new LinkedHashMap<>(service);
		rest.keySet().removeAll(Set.of(keys));
		return rest;
	}

	private static Map<String, Map<String, Object>> services() {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		Map<String, Object> file = new Yaml(options).load(text("docker-compose.yml"));
		return map(file.get("services")).entrySet()
			.stream()
			.collect(Collectors.toMap(Map.Entry::getKey, (service) -> map(service.getValue())));
	}

	private static String text(String file) {
		try {
			return Files.readString(Path.of(file));
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> map(Object value) {
		return (Map<String, Object>) Objects.requireNonNull(value);
	}

	@SuppressWarnings("unchecked")
	private static List<Object> list(Object value) {
		return (List<Object>) Objects.requireNonNull(value);
	}

}
