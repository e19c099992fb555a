package io.eardrum.storage.embedded.log;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WriteAvailability}.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WriteAvailabilityTests {

	private static final int LOOKS = 20_000_000;

	private final WriteAvailability availability = new WriteAvailability();

	@Test
	void whatIsWorstIsTold() {
		assertThat(this.availability.problem()).isNull();
		this.availability.space("space");
		assertThat(this.availability.problem()).isEqualTo("space");
		assertThat(this.availability.isCheckpointFailed()).isFalse();
		this.availability.checkpointFailed("checkpoint");
		assertThat(this.availability.isCheckpointFailed()).isTrue();
		assertThat(this.availability.problem()).isEqualTo("checkpoint");
		this.availability.writeFailed("write");
		assertThat(this.availability.problem()).isEqualTo("write");
		this.availability.writeHealed();
		assertThat(this.availability.problem()).isEqualTo("checkpoint");
	}

	@Test
	void oneProblemThatEndsDoesNotHideAnotherOne() throws Exception {
		this.availability.checkpointFailed("checkpoint");
		AtomicBoolean done = new AtomicBoolean();
		Thread writing = new Thread(() -> {
			while (!done.get()) {
				this.availability.writeFailed("write");
				this.availability.writeHealed();
			}
		});
		writing.start();
		int hidden = 0;
		for (int look = 0; look < LOOKS && hidden == 0; look++) {
			hidden += (this.availability.problem() == null) ? 1 : 0;
		}
		done.set(true);
		writing.join();
		assertThat(hidden).isZero();
	}

}
