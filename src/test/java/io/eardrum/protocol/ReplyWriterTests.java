package io.eardrum.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.number.NumberWriter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ReplyWriterTests {

	private final List<String> writes = new ArrayList<>();

	private final ReplyWriter writer = new ReplyWriter(new OutputStream() {

		@Override
		public void write(int value) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void write(byte[] source, int offset, int length) {
			ReplyWriterTests.this.writes.add(new String(source, offset, length, StandardCharsets.UTF_8));
		}

	});

	@Test
	void keptRepliesAreCopiedAndHaveALimit() throws IOException {
		ReplyWriter kept = ReplyWriter.keeping(100);
		kept.ok(1);
		int first = kept.length();
		kept.tooManySeries(1);
		this.writer.copy(kept, first, kept.length());
		this.writer.copy(kept, 0, first);
		this.writer.flush();
		assertThat(this.writes).containsExactly("error\ntoo many series\n\nok\n\n");
		assertThatExceptionOfType(ReplyWriter.FullException.class).isThrownBy(() -> kept.ok(100));
		kept.cut(first);
		this.writer.copy(kept, 0, kept.length());
		this.writer.flush();
		assertThat(this.writes).last().isEqualTo("ok\n\n");
	}

	@Test
	void sendsAReplyInOneWrite() throws IOException {
		this.writer.beginRows();
		this.writer.rows(SeriesKey.of("größe"), new long[] { 0, -5, 7 }, new double[] { 0, 40, 1e16 }, 1, 3);
		this.writer.endRows();
		this.writer.ok(2);
		this.writer.wrongCommand(1);
		this.writer.storageUnavailable(1);
		this.writer.tooManySeries(1);
		this.writer.timestampInFuture(1);
		this.writer.flush();
		assertThat(this.writes).containsExactly("""
				ok
				größe 40.0 -5
				größe 1e+16 7

				ok

				ok

				error
				wrong command

				error
				storage unavailable

				error
				too many series

				error
				timestamp too far in the future

				""");
	}

	@Test
	void sendsALongReplyPieceByPieceAndCutsNoRow() throws IOException {
		long[] timestamps = new long[10_000];
		this.writer.beginRows();
		this.writer.rows(SeriesKey.of("k"), timestamps, new double[timestamps.length], 0, timestamps.length);
		this.writer.endRows();
		this.writer.flush();
		assertThat(String.join("", this.writes)).isEqualTo("ok\n" + "k 0.0 0\n".repeat(10_000) + "\n");
		assertThat(this.writes).hasSize(2).allSatisfy((write) -> {
			assertThat(write).endsWith("\n");
			assertThat(write.length()).isLessThanOrEqualTo(ReplyWriter.MAX_BUFFER_LENGTH);
		});
	}

	@Test
	void sendsARowThatIsLongerThanItsBuffer() throws IOException {
		String key = "k".repeat(100_000);
		this.writer.beginRows();
		this.writer.rows(SeriesKey.of(key), new long[] { 1 }, new double[] { 2 }, 0, 1);
		this.writer.endRows();
		this.writer.flush();
		assertThat(String.join("", this.writes)).isEqualTo("ok\n" + key + " 2.0 1\n\n");
	}

	@Test
	void takesBackWhatHasNotLeft() throws IOException {
		this.writer.ok(1);
		long mark = this.writer.beginRows();
		this.writer.rows(SeriesKey.of("k"), new long[1], new double[1], 0, 1);
		assertThat(this.writer.rollBack(mark)).isTrue();
		this.writer.storageUnavailable(1);
		this.writer.flush();
		assertThat(this.writes).containsExactly("ok\n\nerror\nstorage unavailable\n\n");
	}

	@Test
	void refusesToTakeBackWhatHasLeft() throws IOException {
		long mark = this.writer.beginRows();
		this.writer.rows(SeriesKey.of("k"), new long[10_000], new double[10_000], 0, 10_000);
		assertThat(this.writer.rollBack(mark)).isFalse();
	}

	@Test
	void takesBackWhatHasNotLeftBehindWhatHas() throws IOException {
		for (int i = 0; i < 4; i++) {
			this.writer.ok(1);
			this.writer.flush();
		}
		long mark = this.writer.beginRows();
		assertThat(this.writer.rollBack(mark)).isTrue();
		this.writer.wrongCommand(1);
		this.writer.flush();
		assertThat(this.writes).endsWith("ok\n\n", "error\nwrong command\n\n");
	}

	@Test
	void refusesToTakeBackWhatHasLeftBehindOthers() throws IOException {
		for (int i = 0; i < 3; i++) {
			this.writer.ok(1);
			this.writer.flush();
			long mark = this.writer.beginRows();
			this.writer.flush();
			assertThat(this.writer.rollBack(mark)).isFalse();
		}
	}

	@Test
	void growsWhereverItsBufferEnds() throws IOException {
		this.writer.ok(4096 / 4);
		this.writer.beginRows();
		this.writer.endRows();
		this.writer.flush();
		assertThat(this.writes).containsExactly("ok\n\n".repeat(1025));
		this.writes.clear();
		// With the longest numbers, the row fills the buffer, which has doubled, to its
		// end.
		String key = "k".repeat(8192 - 3 - NumberWriter.MAX_VALUE_LENGTH - NumberWriter.MAX_TIMESTAMP_LENGTH - 3);
		this.writer.beginRows();
		this.writer.rows(SeriesKey.of(key), new long[] { Long.MIN_VALUE }, new double[] { -Double.MAX_VALUE }, 0, 1);
		this.writer.endRows();
		this.writer.flush();
		assertThat(this.writes).containsExactly("ok\n" + key + " -1.7976931348623157e+308 -9223372036854775808\n\n");
	}

	@Test
	void sendsNothingIfThereIsNothing() throws IOException {
		this.writer.flush();
		this.writer.ok(1);
		this.writer.flush();
		this.writer.flush();
		assertThat(this.writes).containsExactly("ok\n\n");
	}

	@Test
	void growsToHoldBackAReplyUpToItsLimit() throws IOException {
		int count = ReplyWriter.MAX_BUFFER_LENGTH / 4;
		this.writer.ok(count);
		assertThat(this.writes).isEmpty();
		this.writer.ok(1);
		assertThat(this.writes).containsExactly("ok\n\n".repeat(count));
	}

	@Test
	void forgetsWhatHasNotLeftWhenItIsDirectedElsewhere() throws IOException {
		ByteArrayOutputStream other = new ByteArrayOutputStream();
		this.writer.ok(1);
		this.writer.reset(other);
		this.writer.wrongCommand(1);
		this.writer.flush();
		assertThat(this.writes).isEmpty();
		assertThat(other.toString(StandardCharsets.UTF_8)).isEqualTo("error\nwrong command\n\n");
	}

	@Test
	void repliesToThoseTurnedAwayAreWhole() {
		assertThat(ReplyWriter.tooManyConnections()).asString(StandardCharsets.UTF_8)
			.isEqualTo("error\ntoo many connections\n\n");
		assertThat(ReplyWriter.tlsExpected()).asString(StandardCharsets.UTF_8).isEqualTo("error\nTLS expected\n\n");
	}

}
