package io.eardrum.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import io.eardrum.cli.file.FileArgument;
import io.eardrum.cli.file.FileProblem;
import io.eardrum.cli.terminal.ProgressBar;
import io.eardrum.cli.terminal.Terminal;

/**
 * Checks a store or a backup that is not in use by a server.
 */
@Command(name = CheckCommand.NAME, mixinStandardHelpOptions = true,
		description = { "Read a store or a backup that no server uses, and say whether it is intact.",
				"Nothing in it is changed. Every file is read, so the check takes as long as reading them.",
				"Status 1 if something is damaged, 2 if it can't be checked." },
		footerHeading = "%nExamples:%n", footer = { "  eardrum check data/backups/monday" })
final class CheckCommand implements Callable<Integer> {

	static final String NAME = "check";

	private final Terminal terminal;

	private final DirectoryCheck check;

	@Parameters(paramLabel = "DIRECTORY", description = "The directory of the store or backup.")
	private @Nullable FileArgument directory;

	@Option(names = { "-q", "--quiet" }, description = "Print nothing but errors.")
	private boolean quiet;

	private @Nullable ProgressBar bar;

	CheckCommand(Terminal terminal, DirectoryCheck check) {
		this.terminal = terminal;
		this.check = check;
	}

	@Override
	public Integer call() {
		FileArgument checked = Objects.requireNonNull(this.directory);
		DirectoryCheck.Verdict verdict;
		try {
			verdict = this.check.check(checked.path(), this::show);
		}
		catch (IOException ex) {
			clear();
			String file = (ex instanceof FileSystemException problem && problem.getFile() != null) ? problem.getFile()
					: checked.name();
			return this.terminal.fail(ExitStatus.USAGE, "can't check " + file + ": " + FileProblem.of(ex));
		}
		clear();
		if (!this.quiet) {
			verdict.lines().forEach(this.terminal.out()::println);
		}
		return verdict.whole() ? ExitStatus.OK
				: this.terminal.fail(ExitStatus.FAILED, "the store in " + checked.name() + " is damaged");
	}

	private void show(String what, long bytes, long totalBytes) {
		ProgressBar shown = this.bar;
		if (shown == null) {
			shown = new ProgressBar(this.terminal.err(), this.terminal.errIsTerminal() && !this.quiet, totalBytes);
			this.bar = shown;
		}
		if (shown.isDue()) {
			shown.show(what, bytes);
		}
	}

	private void clear() {
		if (this.bar != null) {
			this.bar.clear();
		}
	}

}
