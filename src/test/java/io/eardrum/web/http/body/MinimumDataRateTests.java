package io.eardrum.web.http.body;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.coyote.CloseNowException;
import org.junit.jupiter.api.Test;

import io.eardrum.web.http.TextReply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link MinimumDataRate}.
 */
class MinimumDataRateTests {

	private final AtomicLong nanos = new AtomicLong();

	private final MinimumDataRate rate = new MinimumDataRate(this.nanos::get);

	@Test
	void graceIsGivenOnce() {
		assertThatNoException().isThrownBy(() -> move(1, MinimumDataRate.GRACE.toSeconds()));
		assertThatExceptionOfType(CloseNowException.class).isThrownBy(() -> move(1, 1));
	}

	@Test
	void timeIsEarnedByBytes() {
		assertThatNoException().isThrownBy(() -> {
			for (int i = 0; i < 1_000; i++) {
				move(MinimumDataRate.MIN_BYTES_PER_SECOND * 2, 2);
			}
		});
		assertThatExceptionOfType(CloseNowException.class).isThrownBy(() -> {
			for (int i = 0; i < 1_000; i++) {
				move(MinimumDataRate.MIN_BYTES_PER_SECOND / 2, 2);
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
				MinimumDataRateTests.this.nanos.addAndGet(TimeUnit.SECONDS.toNanos(length / 100));
				taken.write(source, offset, length);
			}

		};
		TextReply text = new TextReply(slow, this.rate);
		assertThatExceptionOfType(CloseNowException.class).isThrownBy(() -> {
			while (true) {
				text.ascii("0123456789");
			}
		});
		assertThat(taken.size()).isBetween(1, 10 * TextReply.BUFFER_BYTES);
	}

	private void move(int bytes, long seconds) throws IOException {
		this.rate.start();
		this.nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
		this.rate.stop(bytes);
	}

}
