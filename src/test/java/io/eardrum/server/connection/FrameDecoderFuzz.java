package io.eardrum.server.connection;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.eardrum.budget.ObjectPool;
import io.eardrum.fuzz.FuzzInput;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A target for the fuzzer: {@link FrameDecoder} hands out the same lines however a stream
 * is cut into segments, telnet's commands taken out and long lines cut short, and they
 * are those that a simple reading of the whole stream finds.
 */
public final class FrameDecoderFuzz {

	private static final int MAX_LINE_LENGTH = 20;

	private static final int IAC = 255;

	private static final ObjectPool<byte[]> BUFFERS = new ObjectPool<>(1, () -> new byte[FrameDecoder.LARGE_LENGTH]);

	private FrameDecoderFuzz() {
	}

	/**
	 * Tries one input: two bytes that decide where the stream is cut, and then the
	 * stream.
	 * @param data the input
	 * @throws IOException never
	 */
	public static void fuzzerTestOneInput(byte[] data) throws IOException {
		FuzzInput input = new FuzzInput(data);
		int longest = 1 + (input.nextByte() & 0x1F);
		Random cuts = new Random(input.nextByte());
		byte[] stream = input.rest();
		Received expected = model(stream);
		assertThat(receive(stream, () -> stream.length)).isEqualTo(expected);
		assertThat(receive(stream, () -> cuts.nextInt(longest + 1))).isEqualTo(expected);
	}

	private static Received receive(byte[] stream, Segments segments) throws IOException {
		FrameDecoder buffer = new FrameDecoder(MAX_LINE_LENGTH, BUFFERS);
		Stream channel = new Stream(stream, segments);
		List<String> lines = new ArrayList<>();
		while (buffer.receive(channel) >= 0) {
			if (buffer.frameEnd() > 0) {
				String frame = new String(buffer.array(), 0, buffer.frameEnd(), StandardCharsets.ISO_8859_1);
				assertThat(frame).endsWith("\n");
				for (String line : frame.substring(0, frame.length() - 1).split("\n", -1)) {
					lines.add(shortened(line));
				}
				buffer.release();
			}
			assertThat(buffer.array().length).isLessThanOrEqualTo(MAX_LINE_LENGTH + 2);
		}
		return new Received(lines, buffer.hasRest());
	}

	// A CR at the end does not count, and what is too long has no other content.
	private static String shortened(String line) {
		String content = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
		return (content.length() > MAX_LINE_LENGTH) ? "too long" : line;
	}

	private static Received model(byte[] stream) {
		String text = withoutTelnet(stream);
		List<String> lines = new ArrayList<>();
		int start = 0;
		for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
			lines.add(shortened(text.substring(start, end)));
			start = end + 1;
		}
		return new Received(lines, start < text.length());
	}

	// RFC 854, and what TelnetFilter says of commands that are none.
	private static String withoutTelnet(byte[] stream) {
		ByteArrayOutputStream text = new ByteArrayOutputStream();
		int i = 0;
		while (i < stream.length) {
			int value = stream[i++] & 0xFF;
			if (value != IAC) {
				text.write(value);
				continue;
			}
			if (i == stream.length) {
				break;
			}
			int command = stream[i++] & 0xFF;
			if (command == IAC) {
				text.write(IAC);
			}
			else if (command < 240) {
				text.write(IAC);
				text.write(command);
			}
			else if (command == 250) {
				i = behindSubnegotiation(stream, i, text);
			}
			else if (command > 250) {
				i++;
			}
		}
		return text.toString(StandardCharsets.ISO_8859_1);
	}

	private static int behindSubnegotiation(byte[] stream, int start, ByteArrayOutputStream text) {
		boolean afterIac = false;
		for (int i = start; i < stream.length; i++) {
			if (i - start == MAX_LINE_LENGTH) {
				text.write(IAC);
				return i + 1;
			}
			int value = stream[i] & 0xFF;
			if (afterIac && value == 240) {
				return i + 1;
			}
			afterIac = !afterIac && value == IAC;
		}
		return stream.length;
	}

	private record Received(List<String> lines, boolean hasRest) {
	}

	/**
	 * Says how many bytes come next, 0 or more.
	 */
	@FunctionalInterface
	private interface Segments {

		int next();

	}

	private static final class Stream implements ReadableByteChannel {

		private final byte[] bytes;

		private final Segments segments;

		private int position;

		Stream(byte[] bytes, Segments segments) {
			this.bytes = bytes;
			this.segments = segments;
		}

		@Override
		public int read(ByteBuffer target) {
			int left = this.bytes.length - this.position;
			if (left == 0) {
				return -1;
			}
			int count = Math.min(Math.min(left, this.segments.next()), target.remaining());
			target.put(this.bytes, this.position, count);
			this.position += count;
			return count;
		}

		@Override
		public boolean isOpen() {
			return true;
		}

		@Override
		public void close() {
		}

	}

}
