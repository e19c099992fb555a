package io.eardrum.cli.format;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link InfluxReader} and {@link InfluxLine}, by what an import puts.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InfluxReaderTests {

	@Test
	void fieldsBecomeSeriesWithSortedTags() throws IOException {
		run("""
				# DML

				cpu,host=web1,dc=a usage=1.5,idle=98i,up=t 1150864247000000000
				cpu usage=-2e3  1150864248999999999
				  mem,b=2,a.b=1,a=1,ü=3 free=12u,total=F,used=false,x=TRUE -1
				""").assertPuts("cpu.usage;dc=a;host=web1 1.5 1150864247", "cpu.idle;dc=a;host=web1 98.0 1150864247",
				"cpu.up;dc=a;host=web1 1.0 1150864247", "cpu.usage -2000.0 1150864248",
				"mem.free;a.b=1;a=1;b=2;ü=3 12.0 -1", "mem.total;a.b=1;a=1;b=2;ü=3 0.0 -1",
				"mem.used;a.b=1;a=1;b=2;ü=3 0.0 -1", "mem.x;a.b=1;a=1;b=2;ü=3 1.0 -1");
	}

	@ParameterizedTest
	@CsvSource({ "s, 1150864247", "ms, 1150864247999", "us, 1150864247999999", "ns, 1150864247999999999",
			"iso, 2006-06-21T06:30:47+02:00" })
	void timesHaveAPrecision(String format, String time) throws IOException {
		FormatRun.of("a b=1 " + time + "\n", "--format influx --time-format " + format)
			.assertPuts("a.b 1.0 1150864247");
	}

	@Test
	void lineWithoutATimeNeedsOne() throws IOException {
		run("a b=1\na c=2 \n").assertRejects(2, "line 1: the time is missing; --time gives one to what has none",
				"line 2: the time is missing");
		FormatRun.of("a b=1\na c=2 7000000000\n", "--format influx --time 5").assertPuts("a.b 1.0 5", "a.c 2.0 7");
	}

	@Test
	void escapesAreRead() throws IOException {
		run("a\\,b\\=c,t\\=\\,=x\\,y\\=\\z f\\,g\\=\\h=1 0\n").assertRejects(1, "line 1: the name of the tag 't=,'");
		run("a\\,b\\=c\\,d,t\\,u=x\\,y\\=\\z f\\,g\\=\\h=1 0\n").assertPuts("a,b\\=c,d.f,g=\\h;t,u=x,y=\\z 1.0 0");
		run("a,t=x\\ y f=1 0\n").assertRejects(1, "line 1: the key 'a.f;t=x y' has a blank");
	}

	@Test
	void textsAreRejectedAndTheOtherFieldsArePut() throws IOException {
		FormatRun run = run("""
				a x=1,s="a, b=c \\" \\\\",y=2 1000000000
				a s="",t="z" 1000000000
				a x=1,v=abc 1000000000
				""");
		run.assertRejects(3, "line 1: the field 's': it is a text, and only numbers are stored",
				"line 2: the field 's': it is a text", "line 2: the field 't': it is a text",
				"line 3: the field 'v': the value 'abc' is not a finite decimal number");
		assertThat(run.puts()).containsExactly("a.x 1.0 1", "a.y 2.0 1", "a.x 1.0 1");
	}

	@Test
	void textMayHaveLineEnds() throws IOException {
		FormatRun run = run("a s=\"one\ntwo \\\"\nthree\",x=1 1000000000\nb y=2 2000000000\nc z=\"\n");
		run.assertRejects(2, "line 1: the field 's': it is a text", "line 5: a quotation mark is not closed");
		assertThat(run.puts()).containsExactly("a.x 1.0 1", "b.y 2.0 2");
	}

	@Test
	void quotationThatIsNotClosedEndsSomewhere() throws IOException {
		String text = "a s=\"x 1\n" + "b y=2 2000000000\n".repeat(10_000);
		FormatRun run = run(text);
		assertThat(run.err()).startsWith("line 1: a quotation mark is not closed; lines 1 to ")
			.containsPattern("(\\d+) are left out\n(\\d+) points acknowledged, \\1 lines rejected\n");
		assertThat(run.puts()).hasSizeBetween(5_000, 9_000);
		assertThat(run.err()).contains((10_001 - run.puts().size()) + " lines rejected");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, quoteCharacter = '`', value = {
			"a|a field is missing", "a,t f=1 1|the tag 't' has no value", "a,t= f=1 1|the value '' of the tag 't'",
			"a,=1 f=1 1|the name of the tag ''", "a f 1|the field 'f' has no value", "a =1 1|a field is missing",
			"a f=1, 1|a field is missing", "a f=\"x\"y 1|text follows the closing quotation mark of the field 'f'",
			"a f=1 1 2|the time '1 2' is not a number of nanoseconds since 1970 (--time-format)",
			"a f=1 x|the time 'x' is not a number", ",t=1 f=1 1|the measurement is missing",
			"a,t=1,t=2 f=1 1|the tag 't' is there twice", "a,name=1 f=1 1|the tag 'name' is, in Graphite",
			"a,t=~1 f=1 1|the value '~1' of the tag 't'", "a,t=1;2 f=1 1|the value '1;2' of the tag 't'",
			"a,t!=1 f=1 1|the name of the tag 't!'", "a;b f=1 1|the field 'f': the name 'a;b.f'",
			"a f= 1|the field 'f': the value is missing", "a f=1.5i 1|the field 'f': the value '1.5i'",
			"a f=nan 1|the field 'f': the value 'nan' is not a finite", "\uFEFFa f=1 1|begins with a byte order",
			"a f\\=\"x=1,g=\"y 1|a quotation mark is not closed", "a,t=x\\|a field is missing",
			"a f=1\\ 1|the field 'f': the value '1\\' is not", "a f=1\" 1|the field 'f': the value '1\"' is not",
			"a,t=\" f=x 1|the field 'f': the value 'x' is not" })
	void linesThatAreNotPointsAreRejected(String line, String problem) throws IOException {
		FormatRun run = run("z f=1 1\n" + line + "\ny f=1 1\n");
		run.assertRejects(1, "line 2: " + problem);
		assertThat(run.puts()).containsExactly("z.f 1.0 0", "y.f 1.0 0");
	}

	private static FormatRun run(String text) throws IOException {
		return FormatRun.of(text, "--format influx");
	}

}
