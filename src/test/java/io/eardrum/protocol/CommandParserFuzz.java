package io.eardrum.protocol;

import java.io.IOException;
import java.util.Arrays;

import io.eardrum.protocol.fixture.CommandModel;
import io.eardrum.protocol.fixture.ParserTrial;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A target for the fuzzer: {@link CommandParser} reads from any lines what
 * {@link CommandModel} reads from them, whatever stands around them and in however many
 * frames they come.
 */
public final class CommandParserFuzz {

	private static final ProtocolLimits SMALL = new ProtocolLimits(64, 16);

	private CommandParserFuzz() {
	}

	/**
	 * Tries one input: a byte that chooses the limits, the words and where the first
	 * frame ends, and then the lines.
	 * @param data the input
	 * @throws IOException never
	 */
	public static void fuzzerTestOneInput(byte[] data) throws IOException {
		if (data.length == 0) {
			return;
		}
		ProtocolLimits limits = ((data[0] & 1) == 0) ? ProtocolLimits.DEFAULTS : SMALL;
		byte[] lines = Arrays.copyOfRange(data, 1, data.length + 1);
		lines[lines.length - 1] = '\n';
		FurtherWords further = ((data[0] & 0x80) == 0) ? FurtherWords.ALL : FurtherWords.NONE;
		CommandModel model = new CommandModel(limits, further);
		boolean goesOn = model.parse(lines);
		ParserTrial trial = new ParserTrial();
		boolean parsed = trial.run(new CommandParser(limits, further), lines, (data[0] & 0xFF) >>> 1);
		assertThat(trial.commands()).isEqualTo(model.commands());
		assertThat(parsed).isEqualTo(goesOn);
	}

}
