package io.eardrum.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import io.eardrum.cli.terminal.StandardOutput;
import io.eardrum.cli.terminal.Terminal;

/**
 * What a command printed, and how it ended.
 *
 * @param status the exit status
 * @param out its standard output
 * @param err its standard error
 */
public record CommandRun(int status, String out, String err) {

	/**
	 * Runs a command in this process.
	 * @param arguments its arguments
	 * @return the result
	 */
	public static CommandRun of(String... arguments) {
		return withInput("", arguments);
	}

	/**
	 * Runs a command that reads standard input.
	 * @param input what it reads
	 * @param arguments its arguments
	 * @return the result
	 */
	public static CommandRun withInput(String input, String... arguments) {
		return on(input, false, arguments);
	}

	static CommandRun on(String input, boolean isTerminal, String... arguments) {
		return on(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), isTerminal, arguments);
	}

	/**
	 * Runs a command.
	 * @param input what it reads
	 * @param isTerminal whether a person seems to look at it
	 * @param arguments its arguments
	 * @return the result
	 */
	public static CommandRun on(InputStream input, boolean isTerminal, String... arguments) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		ByteArrayOutputStream err = new ByteArrayOutputStream();
		Terminal terminal = new Terminal(input, new StandardOutput(out),
				new PrintStream(err, true, StandardCharsets.UTF_8), isTerminal, isTerminal);
		int status = EardrumCommand.run(terminal, arguments);
		return new CommandRun(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
	}

}
