package io.eardrum.web.http.body;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.coyote.CloseNowException;
import org.junit.jupiter.api.Test;

import io.eardrum.web.http.ReplyText;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link Pace}.
 */
class PaceTests {

	private final AtomicLong nanos = new AtomicLong();

	private final Pace pace = new Pace(this.nanos::get);

	@Test
	void graceIsGivenOnce() {
		assertThatNoException().isThrownBy(() -> move(1, Pace.GRACE.toSeconds()));
		assertThatExceptionOfType(CloseNowException.class).isThrownBy(() -> move(1, 1));
	}

	@Test
	void timeIsEarnedByBytes() {
		assertThatNoException().isThrownBy(() -> {
			for (int i = 0; i < 1_000; i++) {
				move(Pace.MIN_BYTES_PER_SECOND * 2, 2);
			}
		});
		assertThatExceptionOfType(CloseNowException.class).isThrownBy(() -> {
			for (int i = 0; i < 1_000; i++) {
				move(Pace.MIN_BYTES_PER_SECOND / 2, 2);
			}
		});
	}

	@Test
	void timeBetweenWaitsIsNotTheClients() throws IOException {
		move(1, 1);
		this.nanos.addAndGet(TimeUnit.DAYS.toNanos(1));
		assertThatNoException().isThrownBy(() -> move(1, 1));
	}

	@Test
	void clientThatTakesLittleByLittleIsGivenUp() {
		ByteArrayOutputStream taken = new ByteArrayOutputStream();
		OutputStream slow = new OutputStream() {

			@Override
			public void write(int value) {
				throw new AssertionError();
			}

			@Override
			public void write(byte[] source, int offset, int length) {
				PaceTests.this.nanos.addAndGet(TimeUnit.SECONDS.toNanos(length / 100));
				taken.write(source, offset, length);
			}

		};
		ReplyText text = new ReplyText(slow, this.pace);
		assertThatExceptionOfType(CloseNowException.class).isThrownBy(() -> {
			while (true) {
				text.ascii("0123456789");
			}
		});
		assertThat(taken.size()).isBetween(1, 10 * ReplyText.BUFFER_BYTES);
	}

	private void move(int bytes, long seconds) throws IOException {
		this.pace.start();
		this.nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
		this.pace.stop(bytes);
	}

}
