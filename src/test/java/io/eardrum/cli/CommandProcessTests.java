package io.eardrum.cli;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.client.fixture.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what the command line gets from its process: arguments and file names in
 * other locales, pipes, devices. A shell starts each command, for which the lines have
 * {@code E}.
 */
@EnabledOnOs(OS.LINUX)
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CommandProcessTests {

	private static final int LINES = 20_000;

	@TempDir
	private Path folder;

	@ParameterizedTest
	@ValueSource(strings = { "C", "C.UTF-8", "xx_YY.ISO-8859-1" })
	void keysAreTheBytesThatWereGiven(String locale) throws Exception {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			for (String line = session.readLine(); line != null; line = session.readLine()) {
				session.write(line.startsWith("get") ? "ok\n" + line.substring(4) + " 2.0 5\n\n" : "ok\n\n");
			}
		})) {
			CommandRun run = shell(server, "export LC_ALL=" + locale
					+ "; E put loc.tür 1 5; E put 'loc.tör' 2 5; E put @größe 3 5; E get loc.t\u00f6r; E put loc.t\uFFFDr 4 5");
			assertThat(run).isEqualTo(new CommandRun(0, "loc.tör 2.0 5\n", ""));
			assertThat(server.lines()).containsExactly("put loc.tür 1.0 5", "put loc.tör 2.0 5", "put @größe 3.0 5",
					"get loc.tör", "put loc.t\uFFFDr 4.0 5");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "C", "C.UTF-8" })
	void bytesThatAreNoKeyAreRefused(String locale) throws Exception {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			CommandRun run = shell(server, "export LC_ALL=" + locale + "; E put $'loc.t\\xfcr' 1 5");
			assertThat(run.status()).isEqualTo(2);
			assertThat(run.err()).startsWith("eardrum: argument 2, 'loc.t\uFFFDr', ").containsOnlyOnce("\n");
			CommandRun variable = shell(server, "export LC_ALL=C; EARDRUM_HOST=$'\\xfc' E ping");
			assertThat(variable.status()).isEqualTo(2);
			assertThat(variable.err()).startsWith("eardrum: the variable EARDRUM_HOST ").containsOnlyOnce("\n");
			assertThat(server.lines()).isEmpty();
		}
	}

	// The process of the tests may have such a locale itself, so the shell creates the
	// files.
	@Test
	void filesAreFoundByTheirBytesInAnyLocale() throws Exception {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			CommandRun run = shell(server, """
					export LC_ALL=C
					mkdir größe; cd größe; echo a 1 1 > tür.txt; echo b 2 2 > plain.txt
					E import tür.txt; E import plain.txt; E import --resume "$PWD/tür.txt"
					E import kein-ü.txt || echo $?
					echo *
					""");
			assertThat(run.err()).isEqualTo("1 points acknowledged, 0 lines rejected\n".repeat(3)
					+ "eardrum: can't read kein-ü.txt: no such file or folder\n");
			assertThat(run.out()).isEqualTo("1\nplain.txt tür.txt\n");
			assertThat(server.lines()).containsExactly("put a 1.0 1", "put b 2.0 2", "put a 1.0 1");
		}
		try (ScriptedServer server = ScriptedServer.answering("ok\na 1.0 1\n\n")) {
			CommandRun run = shell(server, """
					export LC_ALL=C
					mkdir ä; cd ä; E export ö.txt; E export ö.txt; E export out.txt
					mkdir links; ln -s ../ö.txt links/ß; E export links/ß
					cat ö.txt out.txt; readlink links/ß; echo *
					""");
			assertThat(run).isEqualTo(new CommandRun(0, "a 1.0 1\na 1.0 1\n../ö.txt\nlinks out.txt ö.txt\n",
					"1 points exported\n".repeat(4)));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "E import <(cat big)", "cat big | E import /dev/stdin", "E import /dev/fd/5 5< big",
			"mkfifo p; cat big > p & E import p", "mkfifo p.gz; cat big.gz > p.gz & E import p.gz",
			"cat big.gz | E import -", "cp big.gz UP.TXT.GZ; E import UP.TXT.GZ",
			"cp big.gz plain.txt; E import plain.txt" })
	void importReadsWhateverCanBeRead(String script) throws Exception {
		writeLines();
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			assertThat(shell(server, script))
				.isEqualTo(new CommandRun(0, "", LINES + " points acknowledged, 0 lines rejected\n"));
			assertThat(server.lines()).hasSize(LINES);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "E export /dev/stdout | cat > out", "E export /dev/stdout > out",
			"mkfifo p; timeout 60 cat p > out & E export p; wait", "E export /dev/fd/7 7> out",
			"E export /dev/fd/7 7> >(cat > out); wait $!" })
	void exportWritesWhateverCanBeWritten(String script) throws Exception {
		StringBuilder rows = new StringBuilder();
		for (int i = 0; i < LINES; i++) {
			rows.append("a 1.0 ").append(i).append('\n');
		}
		try (ScriptedServer server = ScriptedServer.answering("ok\n" + rows + "\n")) {
			assertThat(shell(server, script).status()).isZero();
		}
		assertThat(this.folder.resolve("out")).hasContent(rows.toString());
	}

	@Test
	void filesThatCannotBeReadAreToldInWords() throws Exception {
		Files.writeString(this.folder.resolve("file"), "a 1 1\n");
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			for (String name : List.of(".", "file/x", "none", "/proc/self/mem", "loop")) {
				CommandRun run = shell(server, "ln -sf loop loop; E import " + name);
				assertThat(run.status()).as(name).isEqualTo(1);
				assertThat(run.err()).as(name)
					.contains("can't read " + name + ": ")
					.doesNotContain("Exception", "java.");
			}
		}
	}

	@Test
	void variablesThatAreEmptyOrOfKubernetesAreNotMeant() throws Exception {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			CommandRun run = shell(server, """
					export EARDRUM_HOST= EARDRUM_TLS= EARDRUM_CA= EARDRUM_CERT= EARDRUM_KEY=
					E put a 1 1
					port=$EARDRUM_PORT; export EARDRUM_PORT=tcp://10.96.0.7:8888
					E put a 1 2 --port $port
					E put --help | grep -o "EARDRUM_PORT; .*"
					""");
			assertThat(run).isEqualTo(new CommandRun(0, "EARDRUM_PORT; 8888).\n", ""));
			assertThat(server.lines()).containsExactly("put a 1.0 1", "put a 1.0 2");
		}
	}

	@Test
	void variableWithAWrongValueIsNamedUnlessTheOptionIsGiven() throws Exception {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			CommandRun run = shell(server, "export EARDRUM_TLS=maybe; E put a 1 1; E put a 1 1 --tls=perhaps");
			assertThat(run.status()).isEqualTo(2);
			assertThat(run.err().lines()).containsExactly(
					"eardrum: Invalid value for option '--tls': 'maybe' is neither true nor false, which comes from the variable EARDRUM_TLS (see 'eardrum put --help')",
					"eardrum: Invalid value for option '--tls': 'perhaps' is neither true nor false (see 'eardrum put --help')");
		}
	}

	// They may be relative to another folder.
	private static String classes() {
		return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.map((entry) -> Path.of(entry).toAbsolutePath().toString())
			.collect(Collectors.joining(File.pathSeparator));
	}

	private void writeLines() throws IOException {
		StringBuilder lines = new StringBuilder();
		for (int i = 0; i < LINES; i++) {
			lines.append("a 1 ").append(i).append('\n');
		}
		Files.writeString(this.folder.resolve("big"), lines);
		try (OutputStream output = new GZIPOutputStream(Files.newOutputStream(this.folder.resolve("big.gz")))) {
			output.write(lines.toString().getBytes(StandardCharsets.UTF_8));
		}
	}

	private CommandRun shell(ScriptedServer server, String script) throws Exception {
		String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
		// The script is in a file, because this process encodes the arguments of the
		// shell in its own way.
		Path file = Files.writeString(Files.createTempFile("eardrum", ".sh"),
				"E() { \"$JAVA\" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m -cp \"$CLASSES\" "
						+ EardrumCommand.class.getName() + " \"$@\"; }\n" + script + "\n");
		Path out = Files.createTempFile("eardrum", ".out");
		Path err = Files.createTempFile("eardrum", ".err");
		try {
			ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of("bash", file.toString())))
				.directory(this.folder.toFile())
				.redirectOutput(out.toFile())
				.redirectError(err.toFile());
			builder.environment().remove("LC_ALL");
			builder.environment()
				.putAll(Map.of("JAVA", java, "CLASSES", classes(), "EARDRUM_PORT", "" + server.port()));
			Process process = builder.start();
			process.getOutputStream().close();
			int status = process.waitFor();
			// A shell prints a warning of its own about a locale that it doesn't know.
			String told = Files.readString(err).replaceAll("(?m)^.*: warning: setlocale: .*\\R", "");
			return new CommandRun(status, Files.readString(out), told);
		}
		finally {
			Files.delete(file);
			Files.delete(out);
			Files.delete(err);
		}
	}

}
