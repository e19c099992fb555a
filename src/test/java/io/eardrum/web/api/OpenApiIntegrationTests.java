package io.eardrum.web.api;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;
import org.yaml.snakeyaml.Yaml;

import io.eardrum.web.fixture.WebServer;
import io.eardrum.web.http.Endpoint;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the description of the HTTP API against what is there.
 */
class OpenApiIntegrationTests {

	@RegisterExtension
	private static final WebServer server = WebServer.with();

	private static Map<String, Object> description;

	@BeforeAll
	static void readDescription() {
		HttpResponse<String> answer = server.get("/openapi.yaml");
		assertThat(answer.statusCode()).isEqualTo(200);
		description = new Yaml().load(answer.body());
	}

	@Test
	void pathsAndParametersAreTheRealOnes() {
		Map<String, Map<String, Set<String>>> real = new TreeMap<>();
		server.context().getBeansOfType(SimpleUrlHandlerMapping.class).values().forEach((mapping) -> {
			mapping.getHandlerMap().forEach((path, handler) -> {
				if (handler instanceof Endpoint endpoint && (path.startsWith("/api/") || path.equals("/federate"))
						&& !endpoint.parameters().isEmpty()) {
					Map<String, Set<String>> parameters = new TreeMap<>();
					endpoint.parameters().forEach((method, names) -> parameters.put(method, new TreeSet<>(names)));
					real.put(path, parameters);
				}
			});
		});
		Map<String, Map<String, Set<String>>> described = new TreeMap<>();
		operations((path, method, parameters) -> {
			Set<String> names = new TreeSet<>();
			parameters.stream()
				.filter((parameter) -> "query".equals(parameter.get("in")))
				.forEach((parameter) -> names.add((String) parameter.get("name")));
			described.computeIfAbsent(path, (absent) -> new TreeMap<>()).put(method, names);
		});
		assertThat(real).hasSize(9);
		assertThat(described).isEqualTo(real);
	}

	@Test
	void boundsOfNumbersAreTheRealOnes() {
		Set<String> seen = new TreeSet<>();
		operations((path, method, parameters) -> {
			String required = path.equals("/api/points") ? "?key=a&" : "?";
			for (Map<String, Object> parameter : parameters) {
				Map<String, Object> schema = map(parameter.get("schema"));
				if (schema.get("minimum") instanceof Number min && schema.get("maximum") instanceof Number max) {
					String start = path + required + parameter.get("name") + "=";
					assertThat(server.get(start + min).statusCode()).as(start + min).isEqualTo(200);
					assertThat(server.get(start + max).statusCode()).as(start + max).isEqualTo(200);
					assertThat(server.get(start + (min.longValue() - 1)).statusCode()).isEqualTo(400);
					assertThat(server.get(start + (max.longValue() + 1)).statusCode()).isEqualTo(400);
					seen.add(path + " " + parameter.get("name"));
				}
			}
		});
		assertThat(seen).containsExactly("/api/latest limit", "/api/points max-points", "/api/series limit",
				"/api/series offset");
	}

	@Test
	void requiredParametersAreRequired() {
		operations((path, method, parameters) -> parameters.stream()
			.filter((parameter) -> Boolean.TRUE.equals(parameter.get("required"))
					&& "query".equals(parameter.get("in")))
			.forEach((parameter) -> {
				HttpResponse<String> answer = server.get(path);
				assertThat(answer.statusCode()).isEqualTo(400);
				assertThat(answer.body()).contains("\"parameter\":\"" + parameter.get("name") + "\"");
			}));
	}

	@Test
	void answerToWhoHasNoPasswordIsDescribed() {
		operations((path, method, parameters) -> {
			Map<String, Object> operation = map(
					map(map(description.get("paths")).get(path)).get(method.toLowerCase(Locale.ROOT)));
			assertThat(map(operation.get("responses"))).as(method + " " + path).containsKey("401");
		});
		try (WebServer other = WebServer.start("--eardrum.http.user=ada", "--eardrum.http.password=tea")) {
			HttpResponse<String> answer = other.get("/api/series");
			assertThat(answer.statusCode()).isEqualTo(401);
			assertThat(answer.headers().allValues("WWW-Authenticate")).containsExactly(
					(String) resolve(Map.of("$ref", "#/components/responses/Unauthorized/headers/WWW-Authenticate"))
						.get("example"));
		}
	}

	private static void operations(OperationConsumer consumer) {
		map(description.get("paths")).forEach((path, operations) -> map(operations).forEach((method, operation) -> {
			List<?> parameters = (List<?>) map(operation).getOrDefault("parameters", List.of());
			consumer.accept(path, method.toUpperCase(Locale.ROOT),
					parameters.stream().map((parameter) -> resolve(map(parameter))).toList());
		}));
	}

	private static Map<String, Object> resolve(Map<String, Object> parameter) {
		if (!(parameter.get("$ref") instanceof String reference)) {
			return parameter;
		}
		Map<String, Object> found = description;
		for (String name : reference.substring(2).split("/", -1)) {
			found = map(found.get(name));
		}
		return found;
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> map(@Nullable Object value) {
		assertThat(value).isInstanceOf(Map.class);
		return (Map<String, Object>) Objects.requireNonNull(value);
	}

	/**
	 * Takes the operations that are described.
	 */
	private interface OperationConsumer {

		void accept(String path, String method, List<Map<String, Object>> parameters);

	}

}
