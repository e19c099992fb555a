package io.eardrum;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;

import io.eardrum.fixture.TestSession;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what {@link TestSession} sets up.
 */
class TestSessionTests {

	private static final String LEVEL = "logging.level.";

	private static final Pattern LOGGER = Pattern.compile("<logger name=\"([^\"]*)\" level=\"([^\"]*)\"/>");

	@Test
	void levelsOfTheLogAreThoseOfTheServer() throws IOException {
		Map<String, String> levels = new TreeMap<>();
		for (String file : new String[] { "application.yml", "application-cassandra.yml" }) {
			for (PropertySource<?> source : new YamlPropertySourceLoader().load(file, new ClassPathResource(file))) {
				for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
					if (name.startsWith(LEVEL)) {
						levels.put(name.substring(LEVEL.length()), String.valueOf(source.getProperty(name)));
					}
				}
			}
		}
		Map<String, String> levelsOfTests = new TreeMap<>();
		LOGGER.matcher(new ClassPathResource("logback-of-tests.xml").getContentAsString(StandardCharsets.UTF_8))
			.results()
			.forEach((logger) -> levelsOfTests.put(logger.group(1), logger.group(2)));
		assertThat(levelsOfTests).isEqualTo(levels).isNotEmpty();
	}

}
