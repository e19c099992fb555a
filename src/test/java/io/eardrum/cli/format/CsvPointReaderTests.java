package io.eardrum.cli.format;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.cli.CommandRun;
import io.eardrum.client.fixture.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CsvPointReader} and what it uses, by what an import puts.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CsvPointReaderTests {

	@Test
	void whatGetPrintsIsRead() throws IOException {
		// Keys that a spreadsheet would take for formulas have an apostrophe in front.
		run("\n\r\nkey,timestamp,value\n'=a,1,1.0\n''b,2,-0.5\n'c,3,1e+300\n\"d,\"\"e\"\"\",-4,5\n'-,5,6\n',6,7\n")
			.assertPuts("=a 1.0 1", "'b -0.5 2", "'c 1e+300 3", "d,\"e\" 5.0 -4", "- 6.0 5", "' 7.0 6");
	}

	@Test
	void columnsMayHaveOtherNamesAndPlaces() throws IOException {
		FormatRun
			.of("\uFEFFwhen;x;metric;v\r\n1.9;;a.b; 1 \r\n\r\n\"2\";\";\"\"\";c;2\r\n",
					"--format csv --key-column metric --value-column v --time-column when --delimiter ;")
			.assertPuts("a.b 1.0 1", "c 2.0 2");
		FormatRun.of("time\tkey\tvalue\n1000\ta,b\t3\n", "--format csv --time-format ms --delimiter tab")
			.assertPuts("a,b 3.0 1");
		FormatRun.of("Time,key,value,x,x,,\n1,a,3,,,,\n", "--format csv").assertPuts("a 3.0 1");
		FormatRun.of("Time,time,timestamp,key,value\n1,2,3,a,3\n", "--format csv").assertPuts("a 3.0 3");
	}

	@Test
	void wideFileHasASeriesAColumn() throws IOException {
		FormatRun.of("""
				Time,web1.cpu,'-web2
				2026-11-22 10:00:00,1,2
				2026-11-22T10:00:01.9Z,,3
				2026-11-22 10:00:02 +01:00,4,\s
				2026-11-22T10:00:03+0100,,
				""", "--format csv --wide --time-format iso --zone Europe/Berlin")
			.assertPuts("web1.cpu 1.0 1795338000", "-web2 2.0 1795338000", "-web2 3.0 1795341601",
					"web1.cpu 4.0 1795338002");
	}

	@Test
	void columnWhoseKeyIsNoneIsLeftOutAndTheOthersArePut() throws IOException {
		FormatRun run = FormatRun.of("time,CPU usage,a,*,,b\u007F,\n1,2,3,4,5,6,\n2,7,x,8,9,0,\n",
				"--format csv --wide");
		run.assertRejects(2,
				"line 1: the column 'CPU usage' is left out: a key has no blank or control character in it",
				"line 1: the column '*' is left out: the key '*' is reserved for all keys",
				"line 1: the column '' is left out: it has no name",
				"line 1: the column 'b\\u{7f}' is left out: a key has", "line 1: the column '' is left out",
				"line 3: column 'a': the value 'x' is not a finite decimal number");
		assertThat(run.puts()).containsExactly("a 3.0 1");
	}

	@Test
	void blanksInKeysMayBeReplaced() throws IOException {
		FormatRun.of("key,timestamp,value\na b\tc,1,1\n", "--format csv --blank _").assertPuts("a_b_c 1.0 1");
		FormatRun.of("time,CPU usage\n1,1\n", "--format csv --wide --blank -").assertPuts("CPU-usage 1.0 1");
		FormatRun.of("a\\ b,c=d\\ e f\\ g=1 1\n", "--format influx --time-format s --blank _")
			.assertPuts("a_b.f_g;c=d_e 1.0 1");
		FormatRun.of("a{b=\"c d\"} 1 1000\n", "--format prometheus --blank _").assertPuts("a;b=c_d 1.0 1");
	}

	@Test
	void recordWithoutATimeNeedsOne() throws IOException {
		String text = "key,value,timestamp\na,1,\nb,2,7\n";
		run(text).assertRejects(1, "line 2: the time is missing; --time gives one to what has none");
		FormatRun.of(text, "--format csv --time 5").assertPuts("a 1.0 5", "b 2.0 7");
		FormatRun.of("key,value\na,1\n", "--format csv --time 5").assertPuts("a 1.0 5");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"key,value,t|its header has no column 'timestamp', but 'key', 'value', 't'; --time-column names another, and",
			"Key,value,time|its header has no column 'key', but 'Key', 'value', 'time'; --key-column names another, and",
			"key,Value,time|its header has no column 'value', but 'key', 'Value', 'time'; --value-column names another",
			"key,time,key|its header has the column 'key' twice",
			"\"key\"x,time|its header can't be read: text follows",
			"\"key,time,value|its header can't be read: a quotation mark is not closed" })
	void headerThatLacksAColumnIsAnError(String header, String problem) throws IOException {
		FormatRun run = run(header + "\na,1,2\n");
		assertThat(run.err()).startsWith("eardrum: can't read -: " + problem)
			.endsWith("\n0 points acknowledged, 0 lines rejected\n")
			.doesNotContain("--skip");
		assertThat(run.status()).isEqualTo(1);
		assertThat(run.puts()).isEmpty();
	}

	@Test
	void wideFileNeedsASeries() throws IOException {
		assertThat(FormatRun.of("time\n1\n", "--format csv --wide").err())
			.contains("its header has no column that is a series");
		assertThat(FormatRun.of("key,value,time\na,1,1\n", "--format csv --time-column when").err())
			.contains("its header has no column 'when', but 'key', 'value', 'time'; --time-column names another");
		assertThat(FormatRun.of("time,a,a\n1,1,1\n", "--format csv --wide").err())
			.contains("its header has the column 'a' twice");
		assertThat(FormatRun.of("", "--format csv").err()).isEqualTo("0 points acknowledged, 0 lines rejected\n");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "a,1|it has another number of columns (2) than the header (3)",
					"a,1,2,3|it has another number of columns (4)", ",1,2|the key is missing",
					"a,1,|the value is missing", "a,1,x|the value 'x' is not a finite decimal number",
					"a,x,1|the time 'x' is not a number of seconds since 1970 (--time-format)",
					"\"a\"b,1,2|text follows a closing quotation mark", "a b,1,2|the key 'a b' has a blank or control",
					"*,1,2|the key '*' is reserved for all keys", "a<CR>b,1,2|has a carriage return (CR) amid the line",
					"\"a<LF>b\",1,2|the key 'a\\u{a}b' has a blank or control character in it" })
	void recordsThatAreNotPointsAreRejected(String line, String problem) throws IOException {
		FormatRun run = run(
				"key,timestamp,value\nb,1,1\n" + line.replace("<CR>", "\r").replace("<LF>", "\n") + "\nc,2,2\n");
		run.assertRejects(1, "line 3: " + problem);
		assertThat(run.puts()).containsExactly("b 1.0 1", "c 2.0 2");
	}

	@Test
	void isoTimeIsExact() throws IOException {
		FormatRun
			.of("key,timestamp,value\na,2026-11-22,1\nb,2026-11-22T10:00:00,1\nc,2026-11-22T10:00:00+01,1\n",
					"--format csv --time-format iso")
			.assertRejects(2, "line 2: the time '2026-11-22' is not one as in ISO 8601, such as 2026-11-22T10:00:00Z",
					"line 3: the time '2026-11-22T10:00:00' has no offset, such as Z; --zone gives one");
	}

	@Test
	void linesThatCannotBeReadAreNamed() throws IOException {
		String text = "key,timestamp,value\na,1,1\n" + "b".repeat(600_000) + ",1,1\nc,2,2\nd,3,3";
		FormatRun run = run(text);
		run.assertRejects(2, "line 3: longer than 256 KiB", "line 5: without an end: its last number");
		assertThat(run.puts()).containsExactly("a 1.0 1", "c 2.0 2");
	}

	@Test
	void bytesThatAreNotUtf8AreRejected() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			byte[] text = "key,timestamp,value\nb\u00fcx,1,1\nc,2,2\n".getBytes(StandardCharsets.ISO_8859_1);
			for (String format : new String[] { "csv", "influx", "prometheus" }) {
				assertThat(CommandRun
					.on(new ByteArrayInputStream(text), false, "import", "-", "--format", format,
							"--port=" + server.port())
					.err()).contains("line 2: not well-formed UTF-8\n");
			}
			assertThat(server.lines()).containsExactly("put c 2.0 2");
		}
	}

	@Test
	void quotationThatIsNotClosedEndsSomewhere() throws IOException {
		FormatRun run = run("key,timestamp,value\n\"a,1,1\n" + "b,2,2\n".repeat(20_000) + "c,3,\"4");
		assertThat(run.err()).startsWith("line 2: a quotation mark is not closed; lines 2 to ")
			.contains((20_000 + 2 - run.puts().size()) + " lines rejected\n");
		assertThat(run.puts()).hasSizeBetween(5_000, 19_000).containsOnly("b 2.0 2");
	}

	@Test
	void fieldMayBeLargerThanTheBuffersOnTheWay() throws IOException {
		String wide = "x".repeat(100_000) + "\n";
		run("key,timestamp,value,note\nb,2,2," + wide + "c,3,3,\"" + "y\n".repeat(30_000) + "\"\nd,4,4,\n")
			.assertPuts("b 2.0 2", "c 3.0 3", "d 4.0 4");
	}

	@ParameterizedTest
	@ValueSource(strings = { "--format csv --wide --key-column a", "--format csv --wide --value-column a", "--wide",
			"--format influx --key-column a", "--format influx --value-column a", "--format influx --time-column a",
			"--format prometheus --delimiter ;", "--time 5", "--time-format s", "--zone UTC", "--format csv --zone UTC",
			"--format csv --time-format iso --zone Mars", "--format csv --delimiter ab", "--format csv --delimiter \"",
			"--format csv --time yesterday", "--format xml", "--format csv --time-format h", "--blank _",
			"--format csv --blank ab", "--format influx --blank \u007F", "--format influx --blank \t" })
	void optionsThatDoNotGoTogetherAreWrongUsage(String options) throws IOException {
		FormatRun run = FormatRun.of("a 1 1\n", options);
		assertThat(run.status()).as(run.err()).isEqualTo(2);
		assertThat(run.err()).startsWith("eardrum: ").containsOnlyOnce("\n");
		assertThat(run.puts()).isEmpty();
	}

	private static FormatRun run(String text) throws IOException {
		return FormatRun.of(text, "--format csv");
	}

}
