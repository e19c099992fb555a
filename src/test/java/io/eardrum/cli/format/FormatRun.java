package io.eardrum.cli.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.eardrum.cli.CommandRun;
import io.eardrum.client.fixture.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an import of some text puts, and what it prints.
 *
 * @param puts the points, as they are put
 * @param status the exit status
 * @param err its standard error
 */
record FormatRun(List<String> puts, int status, String err) {

	/**
	 * Imports a text from standard input. The server takes each point.
	 * @param text the text
	 * @param options the options of the command, separated by blanks
	 * @return the result
	 */
	static FormatRun of(String text, String options) throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			List<String> words = new ArrayList<>(List.of("import", "-", "--port=" + server.port()));
			words.addAll(Arrays.asList(options.split(" ")));
			CommandRun run = CommandRun.withInput(text, words.toArray(String[]::new));
			List<String> puts = server.lines().stream().map((line) -> line.replaceFirst("^put ", "")).toList();
			return new FormatRun(puts, run.status(), run.err());
		}
	}

	/**
	 * Requires that everything is put.
	 * @param points the points, as they are put
	 */
	void assertPuts(String... points) {
		assertThat(this.err).isEqualTo(points.length + " points acknowledged, 0 lines rejected\n");
		assertThat(this.puts).containsExactly(points);
		assertThat(this.status).isZero();
	}

	/**
	 * Requires that something is rejected.
	 * @param lines how many lines
	 * @param problems the beginnings of what is printed about them
	 */
	void assertRejects(int lines, String... problems) {
		String[] printed = this.err.split("\n", -1);
		assertThat(printed).as(this.err).hasSize(problems.length + 2);
		for (int i = 0; i < problems.length; i++) {
			assertThat(printed[i]).startsWith(problems[i]);
		}
		assertThat(printed[problems.length])
			.isEqualTo(this.puts.size() + " points acknowledged, " + lines + " lines rejected");
		assertThat(this.status).isEqualTo(1);
	}

}
