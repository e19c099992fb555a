package io.eardrum.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.eardrum.metric.pattern.KeyPatternFuzz;
import io.eardrum.protocol.CommandParserFuzz;
import io.eardrum.protocol.PlaintextParserFuzz;
import io.eardrum.protocol.number.NumberReaderFuzz;
import io.eardrum.protocol.number.NumberWriterFuzz;
import io.eardrum.server.connection.FrameDecoderFuzz;
import io.eardrum.storage.embedded.codec.ChunkDecoderFuzz;
import io.eardrum.storage.embedded.codec.ChunkRoundTripFuzz;
import io.eardrum.storage.embedded.log.PutRecordFuzz;
import io.eardrum.web.api.BodyFuzz;
import io.eardrum.web.graphite.query.TargetParserFuzz;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tries again what the fuzzer has found worth keeping: the inputs in
 * {@code src/test/fuzz}, in a folder for each target. {@code src/test/fuzz/run.sh} looks
 * for more.
 */
class FuzzCorpusTests {

	private static final Path CORPUS = Path.of("src", "test", "fuzz");

	private static final Map<Class<?>, Target> TARGETS = Map.ofEntries(
			Map.entry(BodyFuzz.class, BodyFuzz::fuzzerTestOneInput),
			Map.entry(ChunkDecoderFuzz.class, ChunkDecoderFuzz::fuzzerTestOneInput),
			Map.entry(ChunkRoundTripFuzz.class, ChunkRoundTripFuzz::fuzzerTestOneInput),
			Map.entry(CommandParserFuzz.class, CommandParserFuzz::fuzzerTestOneInput),
			Map.entry(FrameDecoderFuzz.class, FrameDecoderFuzz::fuzzerTestOneInput),
			Map.entry(KeyPatternFuzz.class, KeyPatternFuzz::fuzzerTestOneInput),
			Map.entry(PutRecordFuzz.class, PutRecordFuzz::fuzzerTestOneInput),
			Map.entry(NumberReaderFuzz.class, NumberReaderFuzz::fuzzerTestOneInput),
			Map.entry(NumberWriterFuzz.class, NumberWriterFuzz::fuzzerTestOneInput),
			Map.entry(PlaintextParserFuzz.class, PlaintextParserFuzz::fuzzerTestOneInput),
			Map.entry(TargetParserFuzz.class, TargetParserFuzz::fuzzerTestOneInput));

	@ParameterizedTest(name = "{0}")
	@MethodSource("targets")
	void everyInputThatWasKeptStillPasses(String name, Target target) throws IOException {
		List<Path> inputs = files(CORPUS.resolve(name));
		assertThat(inputs).as("inputs in %s", CORPUS.resolve(name)).hasSizeGreaterThan(5);
		for (Path input : inputs) {
			byte[] data = Files.readAllBytes(input);
			try {
				target.tryInput(data);
			}
			catch (Throwable ex) {
				throw new AssertionError(input + ": " + ex.getMessage(), ex);
			}
		}
	}

	@Test
	void everyFolderOfInputsHasATarget() throws IOException {
		try (Stream<Path> folders = Files.list(CORPUS).filter(Files::isDirectory)) {
			assertThat(folders.map((folder) -> folder.getFileName().toString()))
				.containsExactlyInAnyOrderElementsOf(targets().map((target) -> (String) target.get()[0]).toList());
		}
	}

	static Stream<Arguments> targets() {
		Map<String, Target> sorted = new TreeMap<>();
		TARGETS.forEach((type, target) -> sorted.put(type.getSimpleName(), target));
		return sorted.entrySet().stream().map((entry) -> Arguments.of(entry.getKey(), entry.getValue()));
	}

	private static List<Path> files(Path folder) {
		try (Stream<Path> files = Files.list(folder)) {
			return new ArrayList<>(files.sorted().toList());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What the fuzzer calls.
	 */
	@FunctionalInterface
	interface Target {

		void tryInput(byte[] data) throws IOException;

	}

}
