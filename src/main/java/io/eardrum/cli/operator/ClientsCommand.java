package io.eardrum.cli.operator;

import java.util.ArrayList;
import java.util.List;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import io.eardrum.cli.terminal.Terminal;
import io.eardrum.protocol.PrintableText;

/**
 * Lists the clients of the TCP ports, and ends some of them.
 */
@Command(name = "clients", mixinStandardHelpOptions = true,
		description = { "List the clients of the TCP ports, or end connections.",
				"The list has since when they are connected, how long they have been silent,",
				"how many bytes they sent and were sent, and whether they are idle, busy, or",
				"slow to take a reply. The command asks the HTTP port." },
		footerHeading = "%nExamples:%n", footer = { "  eardrum clients", "  eardrum clients --end 17" })
public final class ClientsCommand implements Runnable {

	private final Terminal terminal;

	@Mixin
	private final HttpOptions server = new HttpOptions();

	@Option(names = "--end", paramLabel = "ID", description = "End the connection with this number.")
	private List<Long> ended = new ArrayList<>();

	/**
	 * Creates the command.
	 * @param terminal where it prints
	 */
	public ClientsCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public void run() {
		if (!this.ended.isEmpty()) {
			this.ended.forEach((id) -> this.server.delete("/api/clients/" + id));
			return;
		}
		List<String[]> rows = this.server.get("/api/clients?format=csv")
			.lines()
			.map((line) -> line.split(",", -1))
			.toList();
		int[] widths = new int[rows.stream().mapToInt((row) -> row.length).max().orElse(0)];
		for (String[] row : rows) {
			for (int i = 0; i < row.length; i++) {
				widths[i] = Math.max(widths[i], row[i].length());
			}
		}
		for (String[] row : rows) {
			StringBuilder line = new StringBuilder();
			for (int i = 0; i < row.length; i++) {
				line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
			}
			this.terminal.out().print(PrintableText.of(line.toString().stripTrailing()) + "\n");
		}
	}

}
