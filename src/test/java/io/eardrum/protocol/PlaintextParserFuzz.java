package io.eardrum.protocol;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;

import io.eardrum.protocol.fixture.ParserTrial;
import io.eardrum.protocol.fixture.PlaintextModel;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A target for the fuzzer: {@link PlaintextParser} reads from any lines what
 * {@link PlaintextModel} reads from them, from a stream and from datagrams, whatever
 * stands around them and in however many frames they come.
 */
public final class PlaintextParserFuzz {

	private static final ProtocolLimits SMALL = new ProtocolLimits(64, 16);

	private static final long NOW = 1_700_000_000;

	private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(NOW, 999_000_000), ZoneOffset.UTC);

	private PlaintextParserFuzz() {
	}

	/**
	 * Tries one input: a byte that chooses the limits, whether it is a stream, and where
	 * the first frame ends, and then the lines.
	 * @param data the input
	 * @throws IOException never
	 */
	public static void fuzzerTestOneInput(byte[] data) throws IOException {
		if (data.length == 0) {
			return;
		}
		ProtocolLimits limits = ((data[0] & 1) == 0) ? ProtocolLimits.DEFAULTS : SMALL;
		boolean stream = (data[0] & 2) == 0;
		byte[] lines = Arrays.copyOfRange(data, 1, data.length + 1);
		lines[lines.length - 1] = '\n';
		PlaintextModel model = new PlaintextModel(limits, NOW, stream);
		boolean goesOn = model.parse(lines);
		PlaintextParser parser = stream ? PlaintextParser.ofStream(limits, CLOCK)
				: PlaintextParser.ofDatagrams(limits, CLOCK);
		ParserTrial trial = new ParserTrial();
		boolean parsed = trial.run(parser, lines, (data[0] & 0xFF) >>> 2);
		assertThat(trial.commands()).isEqualTo(model.commands());
		assertThat(parsed).isEqualTo(goesOn);
	}

}
