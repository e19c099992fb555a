package io.eardrum.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

import io.eardrum.cli.argument.EnvironmentDefaults;
import io.eardrum.cli.argument.ProcessArguments;
import io.eardrum.cli.argument.ServeArguments;
import io.eardrum.cli.argument.WrongUsage;
import io.eardrum.cli.file.FileArgument;
import io.eardrum.cli.file.FileNames;
import io.eardrum.cli.file.FileProblem;
import io.eardrum.cli.operator.ClientsCommand;
import io.eardrum.cli.operator.HttpFailureException;
import io.eardrum.cli.operator.StatCommand;
import io.eardrum.cli.terminal.Terminal;
import io.eardrum.client.MetricClientException;

/**
 * The command line with all its sub-commands. It does not depend on Spring; {@code serve}
 * is only described here.
 */
@Command(name = "eardrum", mixinStandardHelpOptions = true, versionProvider = EardrumCommand.Version.class,
		synopsisSubcommandLabel = "COMMAND", description = "A metrics server and its command line.",
		footerHeading = "%nExamples:%n",
		footer = { "  eardrum serve --eardrum.tcp.port=8888", "  eardrum put palm.cpu 23.7",
				"  eardrum get palm.cpu --since -1h --format csv", "  eardrum get '*'",
				"  eardrum export all.txt.gz && eardrum import all.txt.gz", "  eardrum check data/backups/monday", "",
				"Exit status: 0 done, 1 refused by the server, or a file error, 2 wrong usage,",
				"69 no server there, or the connection to it broke.",
				"'eardrum help COMMAND' says more. --host and --port, or EARDRUM_HOST and",
				"EARDRUM_PORT, name a server elsewhere. NO_COLOR turns colours off." })
public final class EardrumCommand implements Runnable {

	/**
	 * The sub-command that starts the server, which also starts without any sub-command.
	 */
	public static final String SERVE = ServeCommand.NAME;

	private static final Set<String> HELP = Set.of("-h", "--help", "-V", "--version", "help");

	private static final Set<String> COMMANDS = Set.of("put", "get", "last", "keys", "delete", "watch", "import",
			"export", "ping", "stat", "clients", "bench", CheckCommand.NAME, "completion");

	private EardrumCommand() {
	}

	/**
	 * Runs a command. It can't start a server.
	 * @param arguments the sub-command and its arguments
	 */
	public static void main(String[] arguments) {
		System.exit(runProcess(EardrumCommand::checkNothing, arguments));
	}

	/**
	 * Runs a command with the streams of this process, and with its arguments as they
	 * were typed, whatever the locale is.
	 * @param check checks stores
	 * @param arguments the arguments as Java has decoded them
	 * @return the exit status
	 */
	public static int runProcess(DirectoryCheck check, String... arguments) {
		Terminal terminal = Terminal.system();
		ProcessArguments exact;
		try {
			exact = ProcessArguments.of(arguments);
		}
		catch (IllegalArgumentException ex) {
			return terminal.fail(ExitStatus.USAGE, String.valueOf(ex.getMessage()));
		}
		FileNames names = exact.utf8() ? FileNames.ofUtf8() : FileNames.ofLocale();
		return run(terminal, check, names, exact.words().toArray(String[]::new));
	}

	/**
	 * Runs a command that needs no store.
	 * @param terminal where the command reads and writes
	 * @param arguments the sub-command and its arguments
	 * @return the exit status
	 */
	static int run(Terminal terminal, String... arguments) {
		return run(terminal, EardrumCommand::checkNothing, arguments);
	}

	private static DirectoryCheck.Verdict checkNothing(Path directory, DirectoryCheck.Progress progress)
			throws IOException {
		throw new IOException("this jar can't read stores; run 'java -jar eardrum.jar check'");
	}

	/**
	 * Returns whether arguments are for the command line and not for the server.
	 * @param arguments the arguments of the process
	 * @return {@code false} if the server is to be started with them
	 */
	public static boolean handles(String... arguments) {
		if (arguments.length == 0) {
			return false;
		}
		if (arguments[0].equals(SERVE)) {
			return Arrays.stream(arguments).anyMatch(HELP::contains);
		}
		// A word is a command, although it may be a wrong one. Options before a command
		// are a mistake, which must not start a server.
		return !arguments[0].startsWith("-") || HELP.contains(arguments[0])
				|| Arrays.stream(arguments).anyMatch(COMMANDS::contains);
	}

	/**
	 * Runs a command.
	 * @param terminal where the command reads and writes
	 * @param check checks stores
	 * @param arguments the sub-command and its arguments
	 * @return the exit status
	 */
	public static int run(Terminal terminal, DirectoryCheck check, String... arguments) {
		return run(terminal, check, FileNames.ofLocale(), arguments);
	}

	/**
	 * Reads the arguments of a server, and ends the process if they are wrong.
	 * @param arguments the arguments of the process
	 * @return what they mean
	 */
	public static ServeArguments serveArguments(String... arguments) {
		boolean named = arguments.length > 0 && arguments[0].equals(SERVE);
		try {
			return ServeArguments.of(named ? Arrays.copyOfRange(arguments, 1, arguments.length) : arguments);
		}
		catch (IllegalArgumentException ex) {
			System.exit(Terminal.system().fail(ExitStatus.USAGE, ex.getMessage() + " (see 'eardrum serve --help')"));
			throw ex;
		}
	}

	private static int run(Terminal terminal, DirectoryCheck check, FileNames names, String... arguments) {
		int status = execute(terminal, commandLine(terminal, check, names), arguments);
		terminal.out().flush();
		IOException failure = terminal.out().failure();
		if (failure == null) {
			return status;
		}
		// A pipe into head, which has read enough, is not worth a message.
		return terminal.out().isPipeClosed() ? ExitStatus.FAILED
				: terminal.fail(ExitStatus.FAILED, "can't write standard output: " + FileProblem.of(failure));
	}

	private static int execute(Terminal terminal, CommandLine line, String... arguments) {
		try {
			return line.execute(withOptions(line.getSubcommands().keySet(), arguments));
		}
		catch (OutOfMemoryError ex) {
			return terminal.fail(ExitStatus.FAILED,
					"there is not enough memory; JAVA_OPTS=-Xmx1g gives bin/eardrum more");
		}
	}

	// The words that people type first, as the options that picocli knows.
	private static String[] withOptions(Set<String> commands, String... arguments) {
		String first = (arguments.length > 0) ? arguments[0] : "";
		if (first.equals("version") && arguments.length == 1) {
			return new String[] { "--version" };
		}
		if (!first.equals("help")) {
			return arguments;
		}
		if (arguments.length == 1 || HELP.contains(arguments[1])) {
			return new String[] { "--help" };
		}
		return commands.contains(arguments[1]) ? new String[] { arguments[1], "--help" }
				: new String[] { arguments[1] };
	}

	static CommandLine commandLine(Terminal terminal, DirectoryCheck check, FileNames names) {
		CommandLine line = new CommandLine(new EardrumCommand());
		line.addSubcommand(new ServeCommand());
		CommandLine put = new CommandLine(new PutCommand());
		// A value or a timestamp may be negative.
		put.setUnmatchedOptionsArePositionalParams(true);
		line.addSubcommand(put);
		line.addSubcommand(new GetCommand(terminal));
		line.addSubcommand(new LastCommand(terminal));
		line.addSubcommand(new KeysCommand(terminal));
		line.addSubcommand(new DeleteCommand(terminal));
		line.addSubcommand(new WatchCommand(terminal));
		line.addSubcommand(new ImportCommand(terminal));
		line.addSubcommand(new ExportCommand(terminal));
		line.addSubcommand(new PingCommand(terminal));
		line.addSubcommand(new StatCommand(terminal));
		line.addSubcommand(new ClientsCommand(terminal));
		line.addSubcommand(new BenchCommand(terminal));
		line.addSubcommand(new CheckCommand(terminal, check));
		line.addSubcommand(new CompletionCommand(terminal));
		line.registerConverter(Path.class, (name) -> file(names, name).path());
		line.registerConverter(FileArgument.class, (name) -> file(names, name));
		line.registerConverter(int.class, (text) -> (int) number(text, Integer.MIN_VALUE, Integer.MAX_VALUE));
		line.registerConverter(long.class, (text) -> number(text, Long.MIN_VALUE, Long.MAX_VALUE));
		line.registerConverter(boolean.class, EardrumCommand::truth);
		EnvironmentDefaults defaults = new EnvironmentDefaults(System.getenv());
		line.setDefaultValueProvider(defaults);
		// A key may begin with @.
		line.setExpandAtFiles(false);
		line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
		line.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
		boolean colours = isColoured(terminal, System.getenv("NO_COLOR"));
		line.setColorScheme(
				CommandLine.Help.defaultColorScheme(colours ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
		line.setParameterExceptionHandler((ex, args) -> {
			String name = ex.getCommandLine().getCommandSpec().qualifiedName();
			return terminal.fail(ExitStatus.USAGE,
					WrongUsage.of(ex) + defaults.origin(ex.getArgSpec(), args) + " (see '" + name + " --help')");
		});
		line.setExecutionExceptionHandler((ex, command, result) -> failed(terminal, ex));
		return line;
	}

	private static FileArgument file(FileNames names, String name) {
		try {
			return new FileArgument(name, names.path(name));
		}
		catch (IllegalArgumentException ex) {
			throw new CommandLine.TypeConversionException(ex.getMessage());
		}
	}

	// Does what picocli does, but with plain messages: picocli's own speak of int and
	// boolean.
	private static long number(String text, long least, long most) {
		try {
			long number = Long.parseLong(text);
			if (number >= least && number <= most) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			// The exception below says so.
		}
		throw new CommandLine.TypeConversionException("'" + text + "' is not a whole number, or is too large");
	}

	private static boolean truth(String text) {
		return switch (text.toLowerCase(Locale.ROOT)) {
			case "true" -> true;
			case "false" -> false;
			default -> throw new CommandLine.TypeConversionException("'" + text + "' is neither true nor false");
		};
	}

	/**
	 * Returns whether the output may have colours.
	 * @param terminal where it goes
	 * @param noColor the value of {@code NO_COLOR} in the environment; any text forbids
	 * colours
	 * @return whether it may
	 */
	static boolean isColoured(Terminal terminal, @Nullable String noColor) {
		return terminal.outIsTerminal() && (noColor == null || noColor.isEmpty());
	}

	@Override
	public void run() {
		throw new CommandLine.ParameterException(new CommandLine(this), "a command is missing");
	}

	private static int failed(Terminal terminal, Exception ex) throws Exception {
		if (ex instanceof MetricClientException failure) {
			return terminal.fail(ExitStatus.of(failure), failure.getMessage());
		}
		if (ex instanceof HttpFailureException failure) {
			return terminal.fail(failure.isReached() ? ExitStatus.FAILED : ExitStatus.UNAVAILABLE,
					failure.getMessage());
		}
		if (ex instanceof IllegalArgumentException) {
			return terminal.fail(ExitStatus.USAGE, String.valueOf(ex.getMessage()));
		}
		if (ex.getCause() != null && Objects.equals(ex.getCause(), terminal.out().failure())) {
			// The failure is reported at the end.
			return ExitStatus.FAILED;
		}
		if (ex instanceof ImportRefusedException) {
			return terminal.fail(ExitStatus.FAILED, String.valueOf(ex.getMessage()));
		}
		if (ex instanceof TimeLimit.TimeOverException) {
			return terminal.fail(ExitStatus.UNAVAILABLE, String.valueOf(ex.getMessage()));
		}
		if (ex instanceof IOException || ex instanceof UncheckedIOException) {
			return terminal.fail(ExitStatus.FAILED, FileProblem.of(ex));
		}
		throw ex;
	}

	/**
	 * Reads the version of the jar.
	 */
	static final class Version implements CommandLine.IVersionProvider {

		@Override
		public String[] getVersion() {
			String version = EardrumCommand.class.getPackage().getImplementationVersion();
			return new String[] { "eardrum " + ((version != null) ? version : "(built from sources)") };
		}

	}

}
