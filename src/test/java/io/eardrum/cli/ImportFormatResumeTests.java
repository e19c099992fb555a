package io.eardrum.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import io.eardrum.cli.format.FormatOptions;
import io.eardrum.cli.terminal.ProgressBar;
import io.eardrum.cli.transfer.LineSource;
import io.eardrum.cli.transfer.PointImport;
import io.eardrum.cli.transfer.PointReader;
import io.eardrum.client.MetricClient;
import io.eardrum.client.fixture.ScriptedServer;
import io.eardrum.fixture.TestSeed;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for imports of files whose records have several lines, or several points, and
 * that go on where another import broke off.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImportFormatResumeTests {

	private static final int ROUNDS = 10;

	@TempDir
	private Path folder;

	private final Random random = new Random(TestSeed.value());

	/** What is to be put, and for each point the number of the first of its record. */
	private final List<String> points = new ArrayList<>();

	private final List<Integer> firstOfRecord = new ArrayList<>();

	@ParameterizedTest
	@ValueSource(strings = { "--format csv", "--format csv --wide", "--format influx", "--format prometheus" })
	void importGoesOnWithTheRecordThatWasNotStored(String options) throws IOException {
		for (int round = 0; round < ROUNDS; round++) {
			Path file = Files.writeString(this.folder.resolve("m" + round), file(options));
			int stored = this.random.nextInt(this.points.size());
			try (ScriptedServer server = ScriptedServer.start((session) -> {
				for (int i = 0; i < stored; i++) {
					session.readLine();
					session.write("ok\n\n");
				}
				// What it does not read would make the system discard replies.
				for (int i = stored; i < this.points.size(); i++) {
					session.readLine();
				}
			})) {
				assertThat(run(server, file, options).status()).isEqualTo(69);
			}
			int from = this.firstOfRecord.get(stored);
			try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
				CommandRun run = run(server, file, options);
				assertThat(server.lines()).as("after %d of %s", stored, Files.readString(file))
					.isEqualTo(this.points.subList(from, this.points.size()));
				assertThat(run.err()).contains((this.points.size() - from) + " points acknowledged");
			}
		}
		assertThat(this.folder).isDirectoryNotContaining("glob:**.resume*");
	}

	private String file(String options) {
		this.points.clear();
		this.firstOfRecord.clear();
		StringBuilder text = new StringBuilder(switch (options) {
			case "--format csv" -> "key,timestamp,\"no\nte\",value\n";
			case "--format csv --wide" -> "\"time\",a,b\n";
			default -> "# a comment\n";
		});
		for (int i = 0; i < 40; i++) {
			int first = this.points.size();
			text.append(record(options, i));
			while (this.firstOfRecord.size() < this.points.size()) {
				this.firstOfRecord.add(first);
			}
		}
		return text.toString();
	}

	private String record(String options, int i) {
		if (this.random.nextInt(5) == 0) {
			return this.random.nextBoolean() ? "\n" : "a,x,,\n";
		}
		String end = this.random.nextBoolean() ? "\n" : "\r\n";
		String several = "x" + (end + "\"\"y,").repeat(this.random.nextInt(4));
		switch (options) {
			case "--format csv" -> {
				add("a", i);
				return "a," + i + ",\"" + several + "\"," + i + end;
			}
			case "--format csv --wide" -> {
				add("a", i);
				add("b", i);
				return i + ",\"" + end + i + end + "\"," + i + end;
			}
			case "--format influx" -> {
				add("a.b", i);
				add("a.d", i);
				return "a b=" + i + ",c=\"" + several.replace("\"\"", "\\\"") + "\",d=" + i + " " + i + "000000000"
						+ end;
			}
			default -> {
				add("a;b=x", i);
				return "a{b=\"x\"} " + i + " " + i + "000" + end;
			}
		}
	}

	private void add(String key, int i) {
		this.points.add("put " + key + " " + i + ".0 " + i);
	}

	private static CommandRun run(ScriptedServer server, Path file, String options) {
		return CommandRun.of(("import --resume " + file + " --port " + server.port() + " " + options).split(" "));
	}

	@Test
	void skippedLinesAreWholeRecordsAfterTheHeader() throws IOException {
		Path file = Files.writeString(this.folder.resolve("m.csv"), "key,timestamp,value\na,1,\"\n1\"\nb,2,2\nc,3,3\n");
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			String command = "import --format csv " + file + " --port " + server.port() + " --skip ";
			assertThat(CommandRun.of((command + "2").split(" ")))
				.isEqualTo(new CommandRun(1, "", "eardrum: --skip 2 ends within a record, which ends with line 3\n"));
			assertThat(server.lines()).isEmpty();
			assertThat(CommandRun.of((command + "3").split(" ")).err())
				.isEqualTo("the first 3 lines are skipped, as --skip says\n2 points acknowledged, 0 lines rejected\n");
			assertThat(CommandRun.of((command + "1").split(" ")).err()).contains("3 points acknowledged");
			assertThat(server.lines()).containsExactly("put b 2.0 2", "put c 3.0 3", "put a 1.0 1", "put b 2.0 2",
					"put c 3.0 3");
			assertThat(CommandRun.of((command + "6").split(" ")).err())
				.contains("has 5 lines, and --skip leaves out 6");
		}
	}

	@Test
	void recordThatCannotBeReadToItsEndIsNotSettled() throws IOException {
		InputStream text = new SequenceInputStream(
				new ByteArrayInputStream("key,timestamp,value\na,1,1\nb,2,\"\n".getBytes(StandardCharsets.UTF_8)),
				new InputStream() {

					@Override
					public int read() throws IOException {
						throw new IOException("the disk is gone");
					}

					@Override
					public int read(byte[] target, int offset, int length) throws IOException {
						return read();
					}

				});
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			CommandRun run = CommandRun.on(text, false, "import", "-", "--format", "csv", "--port=" + server.port());
			assertThat(run).isEqualTo(new CommandRun(1, "", """
					eardrum: can't read -: the disk is gone
					the first 2 lines are settled; go on with --skip 2
					1 points acknowledged, 0 lines rejected
					"""));
		}
	}

	@Test
	void placeAmidWhatIsBeingPutIsBeforeTheRecord() throws IOException {
		List<Long> places = new ArrayList<>();
		String text = "time" + columns() + "\n1" + ",1".repeat(5_000) + "\n2" + ",2".repeat(5_000) + "\n";
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n");
				MetricClient client = MetricClient.connect("127.0.0.1", server.port());
				LineSource source = LineSource.of(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))) {
			PrintStream err = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
			PointReader reader = CommandLine.populateCommand(new FormatOptions(), "--format", "csv", "--wide")
				.reader(Instant.EPOCH);
			PointImport points = new PointImport(source, reader, err, new ProgressBar(err, false, 0),
					(settled) -> places.add(settled.lines()), Duration.ZERO);
			points.run(client);
			assertThat(points.acknowledged()).isEqualTo(10_000);
			assertThat(points.settled().lines()).isEqualTo(3);
		}
		// Each 1024 points, and no record is before a place until all of it is put.
		assertThat(places).hasSize(9).isSorted().startsWith(1L, 1L, 1L, 1L).doesNotContain(3L);
	}

	private static String columns() {
		StringBuilder columns = new StringBuilder();
		for (int i = 0; i < 5_000; i++) {
			columns.append(",a").append(i);
		}
		return columns.toString();
	}

	@Test
	void lineCountsOnceHoweverManyOfItsPointsAreRefused() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("error\nwrong command\n\n")) {
			CommandRun run = CommandRun.withInput("a x=1,y=2,z=t\nb s=\"\",x=1\nc x=1\n", "import", "-", "--format",
					"influx", "--time", "1", "--port=" + server.port());
			assertThat(run.err().lines()).hasSize(7)
				.contains("line 1: the server says: wrong command",
						"line 2: the field 's': it is a text, and only numbers are stored",
						"line 2: the server says: wrong command", "line 3: the server says: wrong command")
				.endsWith("0 points acknowledged, 3 lines rejected");
		}
	}

}
