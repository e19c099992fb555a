package io.eardrum.server.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.eardrum.budget.ObjectPool;
import io.eardrum.fixture.TestSeed;

import static org.assertj.core.api.Assertions.assertThat;

class FrameDecoderTests {

	private static final int MAX_LINE_LENGTH = 100;

	private final FrameDecoder buffer = new FrameDecoder(MAX_LINE_LENGTH, buffers());

	@Test
	void handsOutAllCompleteLinesTogether() throws IOException {
		ReadableByteChannel input = pieces("get a\nget b\nge", "t c\n");
		this.buffer.receive(input);
		assertThat(frame()).isEqualTo("get a\nget b\n");
		assertThat(this.buffer.hasRest()).isTrue();
		this.buffer.release();
		this.buffer.receive(input);
		assertThat(frame()).isEqualTo("get c\n");
		assertThat(this.buffer.hasRest()).isFalse();
		this.buffer.release();
		assertThat(this.buffer.receive(input)).isEqualTo(-1);
		assertThat(frame()).isEmpty();
	}

	@Test
	void aFrameCanBeKeptInNoMoreRoomThanItNeeds() throws IOException {
		this.buffer.receive(pieces("get a\npu"));
		this.buffer.shrink();
		assertThat(this.buffer.array()).hasSize(8);
		assertThat(frame()).isEqualTo("get a\n");
		this.buffer.release();
		this.buffer.receive(pieces("t a 1 1\n"));
		assertThat(frame()).isEqualTo("put a 1 1\n");
	}

	@Test
	void keepsWhatFollowsTheLastLineEnd() throws IOException {
		ReadableByteChannel input = pieces("get a\npu");
		this.buffer.receive(input);
		this.buffer.release();
		assertThat(this.buffer.receive(input)).isEqualTo(-1);
		assertThat(this.buffer.hasRest()).isTrue();
	}

	@Test
	void holdsNothingButTheUnfinishedLineWhileItWaits() throws IOException {
		ReadableByteChannel input = pieces("put a", " 1 ", "1\n", "", "get a\nget");
		this.buffer.receive(input);
		assertThat(this.buffer.array()).hasSize(5);
		this.buffer.receive(input);
		assertThat(this.buffer.array()).hasSize(8);
		this.buffer.receive(input);
		assertThat(frame()).isEqualTo("put a 1 1\n");
		this.buffer.release();
		assertThat(this.buffer.array()).isEmpty();
		assertThat(this.buffer.receive(input)).isZero();
		assertThat(this.buffer.array()).isEmpty();
		this.buffer.receive(input);
		this.buffer.release();
		assertThat(this.buffer.array()).hasSize(3);
	}

	@Test
	void keepsJustEnoughOfALineThatIsTooLong() throws IOException {
		ReadableByteChannel input = pieces("x".repeat(60), "x".repeat(60), "x".repeat(5000),
				"x".repeat(7) + "\nget a\n");
		for (int i = 0; i < 4; i++) {
			this.buffer.receive(input);
			assertThat(this.buffer.frameEnd() > 0).isEqualTo(i == 3);
		}
		assertThat(frame()).isEqualTo("x".repeat(MAX_LINE_LENGTH + 2) + "\nget a\n");
	}

	@Test
	void staysSmallHoweverLongALineIs() throws IOException {
		byte[] line = "x".repeat(FrameDecoder.LARGE_LENGTH).getBytes(StandardCharsets.US_ASCII);
		ReadableByteChannel endless = new Channel() {

			@Override
			public int read(ByteBuffer target) {
				int count = target.remaining();
				target.put(line, 0, count);
				return count;
			}

		};
		for (int i = 0; i < 1_000; i++) {
			this.buffer.receive(endless);
			assertThat(this.buffer.array()).hasSize(MAX_LINE_LENGTH + 2);
		}
		assertThat(this.buffer.hasRest()).isTrue();
	}

	@Test
	void takesALineThatIsLongerThanALargeBuffer() throws IOException {
		FrameDecoder wide = new FrameDecoder(1024 * 1024, buffers());
		String line = "x".repeat(1_000_000) + "\n";
		ReadableByteChannel input = pieces(line, "get a\n");
		while (wide.frameEnd() == 0) {
			wide.receive(input);
		}
		assertThat(new String(wide.array(), 0, wide.frameEnd(), StandardCharsets.ISO_8859_1)).isEqualTo(line);
	}

	@Test
	void readsABusyConnectionInLargePieces() throws IOException {
		String lines = "put some.key 1 2\n".repeat(3000);
		this.buffer.receive(pieces(lines));
		assertThat(frame()).isEqualTo(lines);
	}

	@Test
	void swallowsTelnetCommandsHoweverTheyAreCut() throws IOException {
		ReadableByteChannel input = pieces("\u00ff", "\u00fd", "\u0003get\u00ff\u00fb", "\n a\n", "\u00ff\nget b\n");
		for (int i = 0; i < 4; i++) {
			this.buffer.receive(input);
		}
		assertThat(frame()).isEqualTo("get a\n");
		this.buffer.release();
		this.buffer.receive(input);
		assertThat(frame()).isEqualTo("\u00ff\nget b\n");
	}

	@Test
	void handsOutTheSameLinesHoweverTheyAreCut() throws IOException {
		long seed = TestSeed.value();
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
			ReadableByteChannel input = pieces(cut(sent.toString(), random));
			FrameDecoder fresh = new FrameDecoder(MAX_LINE_LENGTH, buffers());
			StringBuilder received = new StringBuilder();
			while (fresh.receive(input) >= 0) {
				if (fresh.frameEnd() > 0) {
					received.append(new String(fresh.array(), 0, fresh.frameEnd(), StandardCharsets.ISO_8859_1));
					fresh.release();
				}
			}
			String shortened = received.toString().replaceAll("(?m)^.{" + (MAX_LINE_LENGTH + 1) + ",}$", "too long");
			assertThat(shortened).as("seed %d, round %d", seed, round).isEqualTo(expected.toString());
		}
	}

	private String frame() {
		return new String(this.buffer.array(), 0, this.buffer.frameEnd(), StandardCharsets.ISO_8859_1);
	}

	private static ObjectPool<byte[]> buffers() {
		return new ObjectPool<>(4, () -> new byte[FrameDecoder.LARGE_LENGTH]);
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

	// A channel that gives the pieces one a read, as a socket gives what has arrived.
	private static ReadableByteChannel pieces(String... pieces) {
		return new Channel() {

			private int next;

			private byte[] current = {};

			private int position;

			@Override
			public int read(ByteBuffer target) {
				if (this.position == this.current.length) {
					if (this.next == pieces.length) {
						return -1;
					}
					this.current = pieces[this.next++].getBytes(StandardCharsets.ISO_8859_1);
					this.position = 0;
				}
				int count = Math.min(target.remaining(), this.current.length - this.position);
				target.put(this.current, this.position, count);
				this.position += count;
				return count;
			}

		};
	}

	/**
	 * A channel that is always open.
	 */
	private abstract static class Channel implements ReadableByteChannel {

		@Override
		public boolean isOpen() {
			return true;
		}

		@Override
		public void close() {
		}

	}

}
