package io.eardrum.protocol;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.eardrum.protocol.fixture.RecordedCommands;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what parsers hold between two frames: thousands of connections have one each.
 */
class ParserMemoryTests {

	private final RecordedCommands commands = new RecordedCommands();

	@ParameterizedTest
	@MethodSource("parsers")
	void parserHoldsNothingOfWhatItHasRead(LineParser parser) throws IOException {
		WeakReference<byte[]> read = read(parser);
		Awaitility.await().until(() -> {
			System.gc();
			return read.get() == null;
		});
		assertThat(parser.parse(new byte[] { '\n' }, 0, 1, this.commands)).isTrue();
	}

	private static Stream<LineParser> parsers() {
		return Stream.of(new CommandParser(ProtocolLimits.DEFAULTS),
				PlaintextParser.ofStream(ProtocolLimits.DEFAULTS, Clock.systemUTC()));
	}

	private WeakReference<byte[]> read(LineParser parser) throws IOException {
		byte[] source = "what is this\n".getBytes(StandardCharsets.US_ASCII);
		parser.parse(source, 0, source.length, this.commands);
		return new WeakReference<>(source);
	}

}
