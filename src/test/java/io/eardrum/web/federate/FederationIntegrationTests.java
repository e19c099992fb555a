package io.eardrum.web.federate;

import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the endpoint for Prometheus against a running server, with a parser that takes
 * what the text format allows and nothing else.
 */
class FederationIntegrationTests {

	private static final Pattern SAMPLE = Pattern
		.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)\\{key=\"((?:[^\"\\\\\n]|\\\\[\\\\n\"])*)\"} (\\S+)");

	private static final Pattern HEADER = Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");

	@RegisterExtension
	private static final WebServer server = WebServer.with();

	private static long now;

	@BeforeAll
	static void fill() {
		now = Instant.now().getEpochSecond();
		server.put("palm.cpu", 5, now - 50);
		server.put("palm.cpu", 23.7, now - 1);
		server.put("palm.old", 1, now - 3_600);
		server.put("palm.future", 1e16, now + 1_000);
		server.put("oak.\"\\{}=\u00fc", -0.0, now - 2);
		server.put("ash", Double.MIN_VALUE, now);
	}

	@Test
	void freshValuesAreShownWithTheirKeys() {
		HttpResponse<String> answer = server.get("/federate?match[]=*.*");
		assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain;version=0.0.4;charset=utf-8");
		assertThat(samples(answer.body())).containsExactly(new Sample("eardrum_last_value", "palm.cpu", 23.7),
				new Sample("eardrum_last_value", "palm.future", 1e16),
				new Sample("eardrum_last_value", "oak.\"\\{}=\u00fc", -0.0),
				new Sample("eardrum_last_timestamp_seconds", "palm.cpu", now - 1),
				new Sample("eardrum_last_timestamp_seconds", "palm.future", now + 1_000),
				new Sample("eardrum_last_timestamp_seconds", "oak.\"\\{}=\u00fc", now - 2));
	}

	@Test
	void patternsAddUp() {
		List<Sample> samples = samples(server.get("/federate?match[]=palm.c*&match[]=*&match[]=*.cpu").body());
		assertThat(samples).extracting(Sample::key).containsExactly("palm.cpu", "ash", "palm.cpu", "ash");
		assertThat(samples(server.get("/federate?match[]=ash").body())).extracting(Sample::value)
			.containsExactly(Double.MIN_VALUE, (double) now);
		assertThat(samples(server.get("/federate?match[]=unknown").body())).isEmpty();
	}

	@Test
	void ageIsChosen() {
		assertThat(samples(server.get("/federate?match[]=palm.old").body())).isEmpty();
		assertThat(samples(server.get("/federate?match[]=palm.old&max-age=2h").body())).hasSize(2);
	}

	@Test
	void openMetricsEndsWithItsMark() {
		HttpResponse<String> answer = server.get("/federate?match[]=palm.*", "Accept",
				"application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
		assertThat(answer.headers().firstValue("Content-Type"))
			.hasValue("application/openmetrics-text;version=1.0.0;charset=utf-8");
		assertThat(answer.body()).endsWith("\n# EOF\n");
		assertThat(samples(answer.body().replace("# EOF\n", ""))).hasSize(4);
	}

	@Test
	void wrongParametersAreNamed() {
		assertThat(server.get("/federate")).satisfies((answer) -> {
			assertThat(answer.statusCode()).isEqualTo(400);
			assertThat(answer.body()).contains("\"parameter\":\"match[]\"");
		});
		assertThat(server.get("/federate?match[]={").body()).contains("\"parameter\":\"match[]\"");
		assertThat(server.get("/federate?match[]=a&max-age=1").body()).contains("\"parameter\":\"max-age\"");
		assertThat(server.get("/federate?match=a").body()).contains("\"parameter\":\"match\"");
		assertThat(server.method("POST", "/federate?match[]=a").statusCode()).isEqualTo(405);
	}

	@Test
	void seriesOfAnyNumberHaveBothFamilies() {
		for (int i = 0; i < 1000; i++) {
			server.put("one.of.many." + i, i, now - i % 100);
		}
		List<Sample> samples = samples(server.get("/federate?match[]=one.of.many.*").body());
		assertThat(samples).hasSize(2000);
		for (int i = 0; i < 1000; i++) {
			assertThat(samples.get(i)).isEqualTo(new Sample("eardrum_last_value", "one.of.many." + i, i));
			assertThat(samples.get(1000 + i))
				.isEqualTo(new Sample("eardrum_last_timestamp_seconds", "one.of.many." + i, now - i % 100));
		}
	}

	@Test
	void tooManyAndTooLongPatternsAreRefused() {
		assertThat(server.get("/federate?" + "match[]=a&".repeat(64)).statusCode()).isEqualTo(200);
		assertThat(server.get("/federate?" + "match[]=a&".repeat(65))).satisfies((answer) -> {
			assertThat(answer.statusCode()).isEqualTo(400);
			assertThat(answer.body()).contains("64 times at most");
		});
	}

	private static List<Sample> samples(String text) {
		assertThat(text).endsWith("\n");
		List<Sample> samples = new ArrayList<>();
		Set<String> seen = new HashSet<>();
		Set<String> families = new HashSet<>();
		String family = "";
		for (String line : text.lines().toList()) {
			Matcher header = HEADER.matcher(line);
			if (header.matches()) {
				// The samples of a family stand together, behind its help and type.
				assertThat(families.add(header.group(1) + " " + header.group(2))).as(line).isTrue();
				assertThat(header.group(1).equals("HELP") || header.group(3).equals("gauge")).as(line).isTrue();
				family = header.group(2);
				continue;
			}
			Matcher sample = SAMPLE.matcher(line);
			assertThat(sample.matches()).as(line).isTrue();
			assertThat(sample.group(1)).isEqualTo(family);
			assertThat(seen.add(sample.group(1) + sample.group(2))).as(line).isTrue();
			String key = sample.group(2).replace("\\\"", "\"").replace("\\\\", "\\");
			samples.add(new Sample(family, key, Double.parseDouble(sample.group(3))));
		}
		return samples;
	}

	private record Sample(String name, String key, double value) {

	}

}
