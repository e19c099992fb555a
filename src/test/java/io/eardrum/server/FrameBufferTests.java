package io.eardrum.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FrameBufferTests {

	private static final int MAX_LINE_LENGTH = 100;

	private final FrameBuffer buffer = new FrameBuffer(MAX_LINE_LENGTH,
			new Pool<>(4, () -> new byte[FrameBuffer.LARGE_LENGTH]));

	@Test
	void handsOutAllCompleteLinesTogether() throws IOException {
		InputStream input = pieces("get a\nget b\nge", "t c\n");
		assertThat(this.buffer.receive(input)).isTrue();
		assertThat(frame()).isEqualTo("get a\nget b\n");
		assertThat(this.buffer.hasRest()).isTrue();
		assertThat(this.buffer.receive(input)).isTrue();
		assertThat(frame()).isEqualTo("get c\n");
		assertThat(this.buffer.receive(input)).isFalse();
		assertThat(this.buffer.hasRest()).isFalse();
	}

	@Test
	void keepsWhatFollowsTheLastLineEnd() throws IOException {
		InputStream input = pieces("get a\npu");
		this.buffer.receive(input);
		assertThat(this.buffer.receive(input)).isFalse();
		assertThat(this.buffer.hasRest()).isTrue();
	}

	@Test
	void keepsJustEnoughOfALineThatIsTooLong() throws IOException {
		InputStream input = pieces("x".repeat(60), "x".repeat(60), "x".repeat(5000), "x".repeat(7) + "\nget a\n");
		assertThat(this.buffer.receive(input)).isTrue();
		assertThat(frame()).isEqualTo("x".repeat(MAX_LINE_LENGTH + 2) + "\nget a\n");
	}

	@Test
	void staysSmallWhateverALineIsLong() throws IOException {
		InputStream endless = new InputStream() {

			private int count;

			@Override
			public int read() {
				throw new UnsupportedOperationException();
			}

			@Override
			public int read(byte[] target, int offset, int length) {
				Arrays.fill(target, offset, offset + length, (byte) 'x');
				return (this.count++ < 10_000) ? length : -1;
			}

		};
		assertThat(this.buffer.receive(endless)).isFalse();
		assertThat(this.buffer.array().length).isLessThanOrEqualTo(FrameBuffer.LARGE_LENGTH);
		assertThat(this.buffer.hasRest()).isTrue();
	}

	@Test
	void readsABusyConnectionInLargePieces() throws IOException {
		String lines = "put some.key 1 2\n".repeat(3000);
		InputStream input = pieces(lines);
		assertThat(this.buffer.receive(input)).isTrue();
		assertThat(frame()).isEqualTo(lines);
		assertThat(this.buffer.receive(input)).isFalse();
		assertThat(this.buffer.array()).hasSizeLessThan(FrameBuffer.LARGE_LENGTH);
	}

	@Test
	void swallowsTelnetCommandsHoweverTheyAreCut() throws IOException {
		InputStream input = pieces("\u00ff", "\u00fd", "\u0003get\u00ff\u00fb", "\n a\n", "\u00ff\nget b\n");
		assertThat(this.buffer.receive(input)).isTrue();
		assertThat(frame()).isEqualTo("get a\n");
		assertThat(this.buffer.receive(input)).isTrue();
		assertThat(frame()).isEqualTo("\u00ff\nget b\n");
	}

	@Test
	void handsOutTheSameLinesHoweverTheyAreCut() throws IOException {
		long seed = System.nanoTime();
		Random random = new Random(seed);
		for (int round = 0; round < 300; round++) {
			StringBuilder sent = new StringBuilder();
			StringBuilder expected = new StringBuilder();
			for (int line = 0; line < 200; line++) {
				String text = "l" + line + "x".repeat(random.nextInt((random.nextInt(10) == 0) ? 300 : 40));
				sent.append(text).append('\n');
				boolean tooLong = text.length() > MAX_LINE_LENGTH;
				expected.append(tooLong ? "too long" : text).append('\n');
			}
			InputStream input = pieces(cut(sent.toString(), random));
			FrameBuffer fresh = new FrameBuffer(MAX_LINE_LENGTH,
					new Pool<>(4, () -> new byte[FrameBuffer.LARGE_LENGTH]));
			StringBuilder received = new StringBuilder();
			while (fresh.receive(input)) {
				received.append(new String(fresh.array(), 0, fresh.frameEnd(), StandardCharsets.ISO_8859_1));
			}
			String shortened = received.toString().replaceAll("(?m)^.{" + (MAX_LINE_LENGTH + 1) + ",}$", "too long");
			assertThat(shortened).as("seed %d, round %d", seed, round).isEqualTo(expected.toString());
		}
	}

	private String frame() {
		return new String(this.buffer.array(), 0, this.buffer.frameEnd(), StandardCharsets.ISO_8859_1);
	}

	private static String[] cut(String text, Random random) {
		int largest = 1 + random.nextInt(2000);
		StringBuilder pieces = new StringBuilder();
		for (int from = 0; from < text.length();) {
			int to = Math.min(text.length(), from + 1 + random.nextInt(largest));
			pieces.append(text, from, to).append('|');
			from = to;
		}
		return pieces.toString().split("\\|", -1);
	}

	// A stream that gives the pieces one a read, as a socket gives what has arrived.
	private static InputStream pieces(String... pieces) {
		return new InputStream() {

			private int next;

			private byte[] current = {};

			private int position;

			@Override
			public int read() {
				throw new UnsupportedOperationException();
			}

			@Override
			public int read(byte[] target, int offset, int length) {
				if (this.position == this.current.length) {
					if (this.next == pieces.length) {
						return -1;
					}
					this.current = pieces[this.next++].getBytes(StandardCharsets.ISO_8859_1);
					this.position = 0;
				}
				int count = Math.min(length, this.current.length - this.position);
				System.arraycopy(this.current, this.position, target, offset, count);
				this.position += count;
				return count;
			}

			@Override
			public int available() {
				return this.current.length - this.position;
			}

		};
	}

}
