package io.eardrum.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The documents of the project, as they are in the source tree.
 */
final class Documents {

	static final Path README = Path.of("README.md");

	private static final Pattern CODE = Pattern.compile("`([^`]+)`");

	private static final Pattern CELLS = Pattern.compile("\\|");

	private Documents() {
	}

	/**
	 * Finds all documents.
	 * @return their paths, relative to the root
	 */
	static List<Path> all() {
		List<Path> documents = new ArrayList<>();
		for (String folder : new String[] { "", "docs", "src" }) {
			try (Stream<Path> files = Files.walk(Path.of(folder), folder.isEmpty() ? 1 : Integer.MAX_VALUE)) {
				files.filter((file) -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
		return documents;
	}

	static Path docs(String name) {
		return Path.of("docs", name);
	}

	static String text(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Reads the fenced blocks of a document.
	 * @param document the document
	 * @return the blocks in their order
	 */
	static List<Block> blocks(Path document) {
		List<Block> blocks = new ArrayList<>();
		Block open = null;
		List<String> lines = text(document).lines().toList();
		for (int i = 0; i < lines.size(); i++) {
			String line = lines.get(i);
			if (line.startsWith("```")) {
				if (open != null) {
					blocks.add(open);
					open = null;
				}
				else {
					open = new Block(document, i + 1, line.substring(3), new ArrayList<>());
				}
			}
			else if (open != null) {
				open.lines().add(line);
			}
		}
		if (open != null) {
			throw new IllegalArgumentException(open + " has no end");
		}
		return blocks;
	}

	/**
	 * Returns what is not in fenced blocks.
	 * @param document the document
	 * @return the lines
	 */
	static List<String> prose(Path document) {
		List<String> prose = new ArrayList<>();
		boolean fenced = false;
		for (String line : text(document).lines().toList()) {
			if (line.startsWith("```")) {
				fenced = !fenced;
			}
			else if (!fenced) {
				prose.add(line);
			}
		}
		return prose;
	}

	/**
	 * Finds what a text has in backticks.
	 * @param text the text
	 * @return what is between them
	 */
	static List<String> code(String text) {
		return CODE.matcher(text).results().map((found) -> found.group(1)).toList();
	}

	/**
	 * Reads the rows of the tables of a section.
	 * @param document the document
	 * @param heading the heading of the section, without the signs before it; empty for
	 * what stands before the first one
	 * @return the cells of each row; heads of tables are not among them
	 */
	static List<List<String>> rows(Path document, String heading) {
		return sections(document).getOrDefault(heading, List.of())
			.stream()
			.filter((line) -> line.startsWith("| ") && !line.startsWith("| ---"))
			.map(Documents::cells)
			.toList();
	}

	private static List<String> cells(String row) {
		// A | inside of code is written \|.
		List<String> cells = Stream.of(CELLS.split(row.replace("\\|", "\u0000"), -1))
			.map((cell) -> cell.replace('\u0000', '|').strip())
			.toList();
		return cells.subList(1, cells.size() - 1);
	}

	/**
	 * Cuts a document at its headings.
	 * @param document the document
	 * @return the lines of its sections by heading, without fenced blocks, and without
	 * the rows above the lines of tables
	 */
	static Map<String, List<String>> sections(Path document) {
		Map<String, List<String>> sections = new TreeMap<>();
		List<String> section = new ArrayList<>();
		sections.put("", section);
		for (String line : prose(document)) {
			if (line.startsWith("## ") || line.startsWith("### ")) {
				section = new ArrayList<>();
				sections.put(line.substring(line.indexOf(' ') + 1), section);
			}
			else if (line.startsWith("| ---")) {
				section.remove(section.size() - 1);
			}
			else {
				section.add(line);
			}
		}
		return sections;
	}

	/**
	 * A fenced block.
	 *
	 * @param document where it stands
	 * @param line the number of the line with its fence
	 * @param language what stands behind the fence
	 * @param lines what is in it
	 */
	record Block(Path document, int line, String language, List<String> lines) {

		String text() {
			return String.join("\n", this.lines) + "\n";
		}

		@Override
		public String toString() {
			return this.document + ":" + this.line;
		}

	}

}
