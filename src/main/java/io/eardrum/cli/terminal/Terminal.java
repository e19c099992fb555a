package io.eardrum.cli.terminal;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import io.eardrum.protocol.PrintableText;

/**
 * The streams that the command line reads and writes.
 *
 * @param in standard input
 * @param out standard output, for results
 * @param err standard error, for errors and progress
 * @param outIsTerminal whether a person looks at the output
 * @param errIsTerminal whether a person looks at the errors
 */
public record Terminal(InputStream in, StandardOutput out, PrintStream err, boolean outIsTerminal,
		boolean errIsTerminal) {

	private static final String HOME_AND_CLEAR = "\u001b[H\u001b[2J";

	/**
	 * Returns the terminal or pipes that this process was started with. The start script
	 * knows for each stream which of them it is, and so does Linux; elsewhere Java knows
	 * only whether all of them are a terminal.
	 * @return the streams of the process
	 */
	// JDK 22 to 24 always have a console, so the script has to say it there.
	@SuppressWarnings("SystemConsoleNull")
	public static Terminal system() {
		boolean terminal = System.console() != null && System.getenv("TERM") != null;
		StandardOutput out = new StandardOutput(new FileOutputStream(FileDescriptor.out));
		PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
		return new Terminal(System.in, out, err, flag("eardrum.out.terminal", isTerminal(1, terminal)),
				flag("eardrum.err.terminal", isTerminal(2, terminal)));
	}

	// What is printed depends on it, so a console that some JDKs always have is not
	// enough.
	private static boolean isTerminal(int descriptor, boolean otherwise) {
		try {
			String device = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
			return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
		}
		catch (IOException | UnsupportedOperationException ex) {
			return otherwise;
		}
	}

	private static boolean flag(String property, boolean otherwise) {
		return Boolean.parseBoolean(System.getProperty(property, String.valueOf(otherwise)));
	}

	/**
	 * Prints the next state of something that changes: in place of the last one on a
	 * terminal, and after it elsewhere.
	 * @param view the lines
	 */
	public void show(String view) {
		this.out.print((this.outIsTerminal ? HOME_AND_CLEAR : "") + view);
		this.out.flush();
	}

	/**
	 * Prints why a command fails, after what it has printed so far.
	 * @param status the exit status of the command
	 * @param message why it fails
	 * @return the same status
	 */
	public int fail(int status, String message) {
		this.out.flush();
		tell("eardrum: " + message);
		return status;
	}

	/**
	 * Prints a message for a person, in one line and without anything that a terminal
	 * would interpret.
	 * @param message the message
	 */
	public void tell(String message) {
		this.err.println(PrintableText.of(message.replaceAll("\\s*\\R\\s*", "; ")));
	}

	/**
	 * Asks a person.
	 * @param question the question, which y and yes agree to
	 * @return whether the answer was one of these
	 * @throws IOException if the answer can't be read
	 */
	public boolean confirms(String question) throws IOException {
		tell(question + " [y/N]");
		String answer = new BufferedReader(new InputStreamReader(this.in, StandardCharsets.UTF_8)).readLine();
		return answer != null && (answer.equalsIgnoreCase("y") || answer.equalsIgnoreCase("yes"));
	}

}
