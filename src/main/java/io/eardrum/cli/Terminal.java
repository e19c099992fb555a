package io.eardrum.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where the command line reads and writes.
 *
 * @param in standard input
 * @param out standard output, for results
 * @param err standard error, for errors and progress
 * @param outIsTerminal whether a person looks at the output
 * @param errIsTerminal whether a person looks at the errors
 */
public record Terminal(InputStream in, StandardOutput out, PrintStream err, boolean outIsTerminal,
		boolean errIsTerminal) {

	/**
	 * Returns the terminal or pipes that this process was started with. The start script
	 * knows which of them it is; without it, Java knows only whether all are a terminal.
	 * @return the streams of the process
	 */
	// JDK 22 to 24 always have a console: there the script has to tell.
	@SuppressWarnings("SystemConsoleNull")
	public static Terminal system() {
		boolean terminal = System.console() != null && System.getenv("TERM") != null;
		StandardOutput out = new StandardOutput(new FileOutputStream(FileDescriptor.out));
		PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
		return new Terminal(System.in, out, err, flag("eardrum.out.terminal", terminal),
				flag("eardrum.err.terminal", terminal));
	}

	private static boolean flag(String property, boolean otherwise) {
		return Boolean.parseBoolean(System.getProperty(property, String.valueOf(otherwise)));
	}

}
