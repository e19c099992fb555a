package io.eardrum.budget;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

class RequestBudgetTests {

	private static final Duration TIME = Duration.ofSeconds(30);

	private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5);

	private final AtomicBoolean left = new AtomicBoolean();

	private final AtomicBoolean stopping = new AtomicBoolean();

	private final RequestBudget budget = new RequestBudget(TIME, 1_000_000, this.nanoTime::get, this.left::get,
			this.stopping::get);

	@Test
	void endsWhenThereIsTooMuchWork() {
		this.budget.work(1_000_000);
		assertEnds(() -> this.budget.work(1), RequestEndedException.Reason.WORK);
	}

	@Test
	void workOfAnySizeDoesNotOverflow() {
		this.budget.work(1);
		assertEnds(() -> this.budget.work(Long.MAX_VALUE), RequestEndedException.Reason.WORK);
	}

	@Test
	void endsWhenItsTimeIsOver() {
		this.nanoTime.addAndGet(TIME.toNanos());
		assertThatNoException().isThrownBy(this.budget::check);
		this.nanoTime.incrementAndGet();
		assertEnds(this.budget::check, RequestEndedException.Reason.TIME);
		assertEnds(() -> this.budget.work(100_000), RequestEndedException.Reason.TIME);
	}

	@Test
	void endsWhenItsClientHasLeft() {
		this.left.set(true);
		assertEnds(() -> this.budget.work(100_000), RequestEndedException.Reason.CLIENT_LEFT);
	}

	@Test
	void endsWhenTheServerStops() {
		this.stopping.set(true);
		assertEnds(() -> this.budget.work(100_000), RequestEndedException.Reason.STOPPING);
	}

	@Test
	void smallStepsOfWorkLookAtTheClockToo() {
		this.nanoTime.addAndGet(TIME.toNanos() + 1);
		assertEnds(() -> {
			for (int i = 0; i < 100_000; i++) {
				this.budget.work(1);
			}
		}, RequestEndedException.Reason.TIME);
	}

	@Test
	void progressBeginsTimeAndWorkAnew() {
		this.budget.work(900_000);
		this.nanoTime.addAndGet(TIME.toNanos());
		this.budget.progress();
		assertThat(this.budget.done()).isZero();
		this.nanoTime.addAndGet(TIME.toNanos());
		assertThatNoException().isThrownBy(() -> this.budget.work(900_000));
	}

	@Test
	void unlimitedNeverEnds() {
		RequestBudget unlimited = RequestBudget.unlimited();
		unlimited.work(Long.MAX_VALUE / 2);
		assertThatNoException().isThrownBy(unlimited::check);
	}

	private static void assertEnds(Runnable action, RequestEndedException.Reason reason) {
		assertThatExceptionOfType(RequestEndedException.class).isThrownBy(action::run)
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(reason));
	}

}
