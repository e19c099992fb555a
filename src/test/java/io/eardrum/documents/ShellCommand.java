package io.eardrum.documents;

import java.util.ArrayList;
import java.util.List;

import io.eardrum.documents.Documents.Block;

/**
 * A command that a document shows.
 *
 * @param block where it stands
 * @param text the command, which may have several lines
 * @param output what it prints, as the document has it; empty if it is not shown
 */
record ShellCommand(Block block, String text, String output) {

	/**
	 * Reads the commands of a block: behind {@code $} and with their output, or as a
	 * script without.
	 * @param block the block
	 * @return its commands
	 */
	static List<ShellCommand> of(Block block) {
		boolean script = block.language().equals("sh");
		List<ShellCommand> commands = new ArrayList<>();
		List<String> lines = block.lines();
		int next = 0;
		while (next < lines.size()) {
			StringBuilder text = new StringBuilder(script ? lines.get(next) : withoutPrompt(block, lines.get(next)));
			next++;
			while (next < lines.size() && text.toString().matches("(?s).*[\\\\|]")) {
				text.append('\n').append(lines.get(next));
				next++;
			}
			StringBuilder output = new StringBuilder();
			while (!script && next < lines.size() && !lines.get(next).startsWith("$ ")) {
				output.append(lines.get(next)).append('\n');
				next++;
			}
			commands.add(new ShellCommand(block, text.toString(), output.toString()));
		}
		return commands;
	}

	private static String withoutPrompt(Block block, String line) {
		if (!line.startsWith("$ ")) {
			throw new IllegalArgumentException(block + " has a line that is neither command nor output: " + line);
		}
		return line.substring(2);
	}

	@Override
	public String toString() {
		return this.block + " " + this.text;
	}

}
