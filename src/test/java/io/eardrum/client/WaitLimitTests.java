package io.eardrum.client;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class WaitLimitTests {

	private final AtomicLong clock = new AtomicLong();

	private final WaitLimit limit = new WaitLimit(this.clock::get);

	@Test
	void readsShareTheTimeOfAReply() throws SocketTimeoutException {
		this.limit.begin(Duration.ofSeconds(10));
		assertThat(read(4_000)).isEqualTo(10_000);
		assertThat(read(5_999)).isEqualTo(6_000);
		assertThat(read(1)).isEqualTo(1);
		assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(this.limit::beginRead);
	}

	@Test
	void nextReplyHasAllOfIt() throws SocketTimeoutException {
		this.limit.begin(Duration.ofSeconds(10));
		read(9_999);
		this.limit.begin(Duration.ofSeconds(10));
		assertThat(read(1)).isEqualTo(10_000);
	}

	@Test
	void whatTheReaderDoesInBetweenCostsNothing() throws SocketTimeoutException {
		this.limit.begin(Duration.ofSeconds(10));
		read(1_000);
		this.clock.addAndGet(TimeUnit.HOURS.toNanos(1));
		assertThat(read(0)).isEqualTo(9_000);
	}

	@Test
	void rowsEarnASecondForAKibButNoLongerSilence() throws SocketTimeoutException {
		this.limit.begin(Duration.ofSeconds(10));
		this.limit.earn(2_048);
		for (int i = 0; i < 5; i++) {
			assertThat(read(2_000)).isEqualTo(10_000 - Math.max(0, 2_000 * (i - 1)));
		}
		this.limit.earn(Integer.MAX_VALUE);
		assertThat(read(0)).isEqualTo(10_000);
	}

	@Test
	void noNumberOfRowsOverflows() throws SocketTimeoutException {
		this.limit.begin(Duration.ofMillis(Integer.MAX_VALUE));
		for (int i = 0; i < 10_000; i++) {
			this.limit.earn(Integer.MAX_VALUE);
		}
		assertThat(read(0)).isEqualTo(Integer.MAX_VALUE);
	}

	// Returns how long a read may have waited.
	private int read(long millis) throws SocketTimeoutException {
		int timeout = this.limit.beginRead();
		this.clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
		this.limit.endRead();
		return timeout;
	}

}
