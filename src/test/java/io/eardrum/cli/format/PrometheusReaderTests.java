package io.eardrum.cli.format;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PrometheusReader} and {@link PrometheusLine}, by what an import puts.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PrometheusReaderTests {

	@Test
	void labelsBecomeSortedTags() throws IOException {
		run("""
				# HELP http_requests_total The total number of HTTP requests.
				# TYPE http_requests_total counter
				http_requests_total{method="post",code="200"} 1027 1395066363999
				http_requests_total { code = "400" , method="a\\\\b\\"c\\d", } 3 1395066363000

				up 1 -1
				a:b\t{empty=""}\t1.5e-3\t1000
				{"my.metric",x="1"} 2 1000
				{"my.metric"} 3 1000
				m{"a.b"="1"} 4 1000
				""").assertPuts("http_requests_total;code=200;method=post 1027.0 1395066363",
				"http_requests_total;code=400;method=a\\b\"c\\d 3.0 1395066363", "up 1.0 -1", "a:b 0.0015 1",
				"my.metric;x=1 2.0 1", "my.metric 3.0 1", "m;a.b=1 4.0 1");
	}

	@Test
	void openMetricsAreReadWithTimesInSeconds() throws IOException {
		FormatRun.of("""
				foo_bucket{le="1.0"} 5 1520879607.789 # {trace_id="a b"} 0.67
				foo_bucket{le="2.0"} 6 # {trace_id="c"} 0.5 1
				# EOF
				""", "--format prometheus --time-format s --time 9")
			.assertPuts("foo_bucket;le=1.0 5.0 1520879607", "foo_bucket;le=2.0 6.0 9");
	}

	@Test
	void sampleWithoutATimeNeedsOne() throws IOException {
		run("up 1\n").assertRejects(1, "line 1: the time is missing; --time gives one to what has none");
		FormatRun.of("up 1\nup 2 7000\n", "--format prometheus --time 5").assertPuts("up 1.0 5", "up 2.0 7");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = { "1a 1 1|'1a' is not the name of a metric or label",
			"a{1b=\"x\"} 1 1|'1b' is not the name of a", "a{b} 1 1|the label 'b' has no value",
			"a{\"b\"} 1 1|the label 'b' has no value", "{b=\"x\"} 1 1|the name of the metric is missing",
			"a{b=x} 1 1|a quotation mark is missing", "a{b=\"x 1 1|a quotation mark is not closed",
			"a{b=\"x\" 1 1|the braces are not closed", "a{b=\"x\"c=\"y\"} 1 1|the braces are not closed",
			"a NaN 1|the value 'NaN' is not a finite decimal",
			"a +Inf 1|the value '+Inf' is not a finite decimal number", "a|the value is missing",
			"a 1 x|the time 'x' is not a number of milliseconds", "a 1 1 1|'1' follows the time",
			"a{b=\"x\\n\"} 1 1|the key 'a;b=x\\u{a}' has a blank or control character in it",
			"a{b=\"x y\"} 1 1|the key 'a;b=x y' has a blank", "a{name=\"x\"} 1 1|the tag 'name' is, in Graphite",
			"a{b=\"1\",b=\"2\"} 1 1|the tag 'b' is there twice", "a{ 1 1|'1' is not the name",
			"{\"b\"=\"x\"} 1 1|the name of the metric is missing", "{\"\"} 1 1|the name '' is empty",
			"{\"a\", \"b\"} 1 1|the label 'b' has no value" })
	void linesThatAreNotSamplesAreRejected(String line, String problem) throws IOException {
		FormatRun run = run("up 1 1000\n" + line + "\nup 2 2000\n");
		run.assertRejects(1, "line 2: " + problem);
		assertThat(run.puts()).containsExactly("up 1.0 1", "up 2.0 2");
	}

	private static FormatRun run(String text) throws IOException {
		return FormatRun.of(text, "--format prometheus");
	}

}
