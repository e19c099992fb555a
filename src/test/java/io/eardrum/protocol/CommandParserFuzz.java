package io.eardrum.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
	 * Tries one input: a byte that chooses the limits and where the first frame ends, and
	 * then the lines.
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
		int cut = (data[0] & 0xFF) >>> 1;
		while (cut < lines.length && lines[cut] != '\n') {
			cut++;
		}
		CommandModel model = new CommandModel(limits);
		boolean goesOn = model.parse(lines);
		Recorder recorder = new Recorder();
		CommandParser parser = new CommandParser(limits);
		int end = Math.min(cut + 1, lines.length);
		boolean parsed = parse(parser, Arrays.copyOfRange(lines, 0, end), recorder)
				&& parse(parser, Arrays.copyOfRange(lines, end, lines.length), recorder);
		assertThat(recorder.commands).isEqualTo(model.commands());
		assertThat(parsed).isEqualTo(goesOn);
	}

	// What lies behind the last line in a buffer is what was there before.
	private static boolean parse(CommandParser parser, byte[] frame, Recorder recorder) throws IOException {
		byte[] before = "put x 1 1".getBytes(StandardCharsets.US_ASCII);
		byte[] behind = "1 2 3 4\n".getBytes(StandardCharsets.US_ASCII);
		byte[] buffer = new byte[before.length + frame.length + behind.length];
		System.arraycopy(before, 0, buffer, 0, before.length);
		System.arraycopy(frame, 0, buffer, before.length, frame.length);
		System.arraycopy(behind, 0, buffer, before.length + frame.length, behind.length);
		return parser.parse(buffer, before.length, before.length + frame.length, recorder);
	}

	private static final class Recorder implements CommandHandler {

		private final List<String> commands = new ArrayList<>();

		@Override
		public void put(byte[] source, int keyOffset, int keyLength, long timestamp, double value) {
			this.commands.add(CommandModel.put(text(source, keyOffset, keyLength), timestamp, value));
		}

		@Override
		public void get(byte[] source, int keyOffset, int keyLength) {
			this.commands.add("get " + text(source, keyOffset, keyLength));
		}

		@Override
		public void getAll() {
			this.commands.add("get all");
		}

		@Override
		public void wrong(Command command, ErrorReason reason) {
			this.commands.add(CommandModel.wrongText(command, reason));
		}

		private static String text(byte[] source, int offset, int length) {
			return new String(source, offset, length, StandardCharsets.ISO_8859_1);
		}

	}

}
