package io.eardrum.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.cli.file.FileArgument;
import io.eardrum.cli.format.TextReader;
import io.eardrum.cli.terminal.ProgressBar;
import io.eardrum.cli.transfer.ImportPlace;
import io.eardrum.cli.transfer.LineSource;
import io.eardrum.cli.transfer.PointImport;
import io.eardrum.cli.transfer.ResumeFile;
import io.eardrum.client.MetricClient;
import io.eardrum.client.fixture.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for imports that go on where another import broke off: with which file, and from
 * where.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImportResumeTests {

	private static final int ACKNOWLEDGED = 40;

	@TempDir
	private Path folder;

	private Path file;

	private Path state;

	@BeforeEach
	void nameFiles() {
		this.file = this.folder.resolve("m.txt");
		this.state = this.folder.resolve("m.txt.resume");
	}

	@ParameterizedTest
	@ValueSource(strings = { "other", "shorter", "first line", "line amid", "last line before", "line end", "empty" })
	void anotherFileIsRefused(String change) throws IOException {
		breakOff(lines(0, 100));
		String changed = switch (change) {
			case "other" -> lines(0, 100).replace("palm", "tree");
			case "shorter" -> lines(0, ACKNOWLEDGED - 1);
			case "first line" -> lines(0, 100).replaceFirst(" 0\n", " 1\n");
			case "line amid" -> lines(0, 100).replaceFirst(" 17\n", " 18\n");
			case "last line before" -> lines(0, 100).replaceFirst(" 39\n", " 38\n");
			case "line end" -> lines(0, 100).replaceFirst(" 39\n", " 39\r\n");
			default -> "";
		};
		Files.writeString(this.file, changed);
		byte[] kept = Files.readAllBytes(this.state);
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			CommandRun run = resume(server);
			assertThat(run.status()).isEqualTo(1);
			assertThat(run.err()).startsWith("eardrum: ")
				.contains(this.file.toString(), this.state.toString(), "delete ")
				.containsOnlyOnce("\n");
			assertThat(server.lines()).isEmpty();
		}
		assertThat(this.state).hasBinaryContent(kept);
		// Goes on as the message says.
		Files.delete(this.state);
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			assertThat(resume(server).status()).isZero();
			assertThat(server.lines()).hasSize((int) changed.lines().count());
		}
	}

	@Test
	void fileToWhichMoreWasWrittenGoesOnAndSaysFromWhere() throws IOException {
		breakOff(lines(0, 100));
		Files.writeString(this.file, lines(100, 200), StandardOpenOption.APPEND);
		assertGoesOn();
	}

	@Test
	void fileThatWasReplacedByOneWithTheSameStartGoesOn() throws IOException {
		breakOff(lines(0, 100));
		Path other = Files.writeString(this.folder.resolve("other"), lines(0, 200));
		Files.move(other, this.file, StandardCopyOption.REPLACE_EXISTING);
		assertGoesOn();
	}

	@Test
	void fileThatWasCompressedMeanwhileGoesOn() throws IOException {
		breakOff("\uFEFF" + lines(0, 100));
		try (OutputStream output = new GZIPOutputStream(Files.newOutputStream(this.file))) {
			output.write(lines(0, 200).getBytes(StandardCharsets.UTF_8));
		}
		assertGoesOn();
	}

	private void assertGoesOn() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			CommandRun run = resume(server);
			assertThat(run.status()).as(run.err()).isZero();
			assertThat(run.err())
				.startsWith("the first 40 lines are skipped, as " + this.state + " says; they went to 127.0.0.1:")
				.endsWith("160 points acknowledged, 0 lines rejected\n");
			assertThat(server.lines()).hasSize(160).startsWith("put palm.cpu 0.5 40");
		}
		assertThat(this.folder).isDirectoryNotContaining("glob:**.resume*");
	}

	@Test
	void stateOfAnOlderVersionIsNotUsedForItNamesNoFile() throws IOException {
		Files.writeString(this.file, lines(0, 100));
		Files.writeString(this.state, "40\n");
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			CommandRun run = resume(server);
			assertThat(run.status()).isEqualTo(2);
			assertThat(run.err()).contains("older version", "--skip 40", "delete").containsOnlyOnce("\n");
			assertThat(server.lines()).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "lines=1\n", "lines=1\nbytes=x\ncrc32c=00000000\nserver=a\n",
			"lines=-1\nbytes=1\ncrc32c=00000000\nserver=a\n",
			"lines=9999999999999999999\nbytes=1\ncrc32c=00000000\nserver=a\n", "\u0000\u0000\u0000\u0000" })
	void stateThatIsNoneIsRefused(String text) throws IOException {
		Files.writeString(this.file, lines(0, 100));
		Files.writeString(this.state, text);
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			CommandRun run = resume(server);
			assertThat(run.status()).isEqualTo(2);
			assertThat(run.err()).contains(this.state.toString(), "delete").containsOnlyOnce("\n");
			assertThat(server.lines()).isEmpty();
		}
	}

	@Test
	void skippingMoreLinesThanThereAreIsAnError() throws IOException {
		Files.writeString(this.file, lines(0, 10));
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			String port = "--port=" + server.port();
			CommandRun run = CommandRun.of("import", "--skip", "11", this.file.toString(), port);
			assertThat(run).isEqualTo(
					new CommandRun(1, "", "eardrum: " + this.file + " has 10 lines, and --skip leaves out 11\n"));
			assertThat(CommandRun.withInput("a 1 1\n", "import", "-", "--skip", "2", port).status()).isEqualTo(1);
			assertThat(CommandRun.of("import", "--skip", "-1", this.file.toString(), port).status()).isEqualTo(2);
			assertThat(CommandRun.of("import", "--skip", "4", this.file.toString(), port)).isEqualTo(new CommandRun(0,
					"", "the first 4 lines are skipped, as --skip says\n6 points acknowledged, 0 lines rejected\n"));
			assertThat(server.lines()).hasSize(6);
		}
	}

	@Test
	void lineWithoutAnEndIsNeverBeforeThePlace() throws IOException {
		// More may be written to the line. The server takes the points, and then closes
		// the connection.
		List<ImportPlace> places = new ArrayList<>();
		String text = lines(0, 3) + "palm.cpu 0.5 3";
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			for (int i = 0; i < 3; i++) {
				session.readLine();
				session.write("ok\n\n");
			}
		});
				MetricClient client = MetricClient.connect("127.0.0.1", server.port());
				LineSource source = LineSource.of(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))) {
			PrintStream err = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
			PointImport points = new PointImport(source, new TextReader(), err, new ProgressBar(err, false, 0),
					places::add, Duration.ZERO);
			points.run(client);
			assertThat(points.rejected()).isEqualTo(1);
			assertThat(points.settled().lines()).isEqualTo(3);
			assertThat(points.settled().bytes()).isEqualTo(text.lastIndexOf('\n') + 1);
		}
	}

	@Test
	void placeAmidALineIsRefused() throws IOException {
		breakOff(lines(0, 100));
		// The same bytes come before the place, but they are no longer as many lines.
		String cut = Files.readString(this.file).substring(0, lines(0, ACKNOWLEDGED).length() - 1);
		for (String rest : List.of("", "5\n", "5 6\n7 8 9\n")) {
			Files.writeString(this.file, cut + rest);
			try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
				assertThat(resume(server).status()).as(rest).isEqualTo(1);
				assertThat(server.lines()).isEmpty();
			}
		}
	}

	@Test
	void completeImportLeavesNoStateWhateverItsHookDoesThen() {
		ResumeFile resume = new ResumeFile(new FileArgument(this.file.toString(), this.file), "a:1");
		resume.write(new ImportPlace(1, 2, 3));
		assertThat(resume.read()).isEqualTo(new ResumeFile.State(new ImportPlace(1, 2, 3), "a:1"));
		resume.finish();
		resume.write(new ImportPlace(2, 3, 4));
		assertThat(this.folder).isEmptyDirectory();
		assertThat(resume.read()).isNull();
	}

	@Test
	void stateIsWholeWhileSeveralThreadsWriteIt() throws Exception {
		ResumeFile resume = new ResumeFile(new FileArgument(this.file.toString(), this.file), "a:1");
		resume.write(ImportPlace.START);
		Thread[] writers = new Thread[4];
		for (int i = 0; i < writers.length; i++) {
			ImportPlace place = new ImportPlace(i, i, i);
			writers[i] = new Thread(() -> {
				for (int round = 0; round < 50; round++) {
					resume.write(place);
				}
			});
			writers[i].start();
		}
		while (writers[0].isAlive() || writers[3].isAlive()) {
			assertThat(resume.read()).isNotNull();
		}
		for (Thread writer : writers) {
			writer.join();
		}
		assertThat(this.folder).isDirectoryNotContaining("glob:**.part");
	}

	@Test
	void importsOfOneFileAtOnceDoNotDisturbEachOther() throws Exception {
		Path other = Files.writeString(this.folder.resolve("m.txt.resume.part"), "somebody's");
		List<FutureTask<Void>> imports = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			ImportPlace place = new ImportPlace(i, i, i);
			imports.add(new FutureTask<>(() -> {
				ResumeFile resume = new ResumeFile(new FileArgument(this.file.toString(), this.file), "a:1");
				for (int round = 0; round < 50; round++) {
					resume.write(place);
				}
				return null;
			}));
		}
		imports.forEach((each) -> new Thread(each).start());
		ResumeFile reader = new ResumeFile(new FileArgument(this.file.toString(), this.file), "a:1");
		while (!imports.stream().allMatch(FutureTask::isDone)) {
			reader.read();
		}
		for (FutureTask<Void> each : imports) {
			each.get();
		}
		assertThat(this.folder).isDirectoryNotContaining("glob:**.*.*.*.part");
		assertThat(other).hasContent("somebody's");
	}

	@Test
	void stateThatCannotBeWrittenOrReadIsToldInWords() throws IOException {
		// With the suffix, the name of the state is as long as a name may be.
		this.file = this.folder.resolve("m".repeat(255 - ".resume".length()));
		this.state = this.folder.resolve(this.file.getFileName() + ".resume");
		Files.writeString(this.file, lines(0, 10));
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			assertThat(resume(server))
				.isEqualTo(new CommandRun(1, "", "eardrum: can't write " + this.state + ": File name too long\n"));
			assertThat(server.lines()).isEmpty();
			Files.createDirectory(this.state);
			assertThat(resume(server))
				.isEqualTo(new CommandRun(1, "", "eardrum: can't read " + this.state + ": Is a directory\n"));
		}
	}

	@Test
	void resumingNeedsAFileThatStays() {
		for (String name : List.of("-", "/dev/stdin", "/dev/null")) {
			assertThat(CommandRun.of("import", "--resume", name).status()).as(name).isEqualTo(2);
		}
	}

	// Breaks off an import of the file after this many points are acknowledged.
	private void breakOff(String text) throws IOException {
		Files.writeString(this.file, text);
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			for (int i = 0; i < ACKNOWLEDGED; i++) {
				session.readLine();
				session.write("ok\n\n");
			}
			for (int i = ACKNOWLEDGED; i < 100; i++) {
				session.readLine();
			}
		})) {
			assertThat(resume(server).status()).isEqualTo(69);
		}
		assertThat(this.state).content().startsWith("lines=40\n");
	}

	private CommandRun resume(ScriptedServer server) {
		return CommandRun.of("import", "--resume", this.file.toString(), "--port", "" + server.port());
	}

	private static String lines(int from, int to) {
		StringBuilder lines = new StringBuilder();
		for (int i = from; i < to; i++) {
			lines.append("palm.cpu 0.5 ").append(i).append('\n');
		}
		return lines.toString();
	}

}
