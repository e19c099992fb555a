package io.eardrum.documents;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.documents.fixture.Documents;
import io.eardrum.documents.fixture.Documents.Block;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compiles the programs that the documents show.
 */
class DocumentedCodeTests {

	/** What they leave out, for everybody knows it. */
	private static final String BEFORE = """
			import java.time.*;
			import java.time.temporal.*;
			import java.util.*;
			import javax.net.ssl.*;
			import io.eardrum.client.*;
			import io.eardrum.metric.*;

			abstract class EXAMPLE {
				abstract void log(long index, Exception rejection);
				void run(MetricClient client, List<KeyedPoint> points) throws Exception {
			""";

	@Test
	void programsInJavaCompile(@TempDir Path directory) throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		Assumptions.assumeTrue(compiler != null, "this is no JDK");
		List<Block> blocks = Documents.all()
			.stream()
			.flatMap((document) -> Documents.blocks(document).stream())
			.filter((block) -> block.language().equals("java"))
			.toList();
		assertThat(blocks).isNotEmpty();
		List<Path> sources = new ArrayList<>();
		for (int i = 0; i < blocks.size(); i++) {
			Path source = directory.resolve("Example" + i + ".java");
			List<String> imports = blocks.get(i).lines().stream().filter((line) -> line.startsWith("import ")).toList();
			Files.writeString(source, String.join("\n", imports) + "\n" + BEFORE.replace("EXAMPLE", "Example" + i)
					+ declaredAnew(blocks.get(i)).replaceAll("(?m)^import .*$", "") + "\t}\n}\n");
			sources.add(source);
		}
		StringWriter messages = new StringWriter();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
			boolean compiled = compiler
				.getTask(messages, files, null,
						List.of("-proc:none", "-implicit:none", "-d", directory.toString(), "-cp", "target/classes"),
						null, files.getJavaFileObjectsFromPaths(sources))
				.call();
			assertThat(compiled).as("%s: %s", blocks, messages).isTrue();
		}
	}

	// What a block declares itself goes before the parameter of that name.
	private static String declaredAnew(Block block) {
		String text = block.text();
		if (text.contains("MetricClient client =")) {
			return "\t}\n\tvoid itself() throws Exception {\n" + text;
		}
		return text;
	}

}
