package io.eardrum.budget;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.eardrum.fixture.TestSeed;
import io.eardrum.fixture.TestThreads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class HeapShareTests {

	private static final long MEBIBYTE = 1 << 20;

	private static final Duration LONG = Duration.ofSeconds(30);

	private final HeapBudget budget = new HeapBudget(256 * MEBIBYTE, 160 * MEBIBYTE, Map.of());

	private final HeapShare share = this.budget.share(HeapUse.QUERIES);

	@Test
	void reservesUpToTheMaximumAndNoMore() {
		assertThat(this.share.tryReserve(this.share.maxBytes() + 1)).isFalse();
		assertThat(this.share.tryReserve(this.share.maxBytes())).isTrue();
		assertThat(this.share.tryReserve(1)).isFalse();
		assertThat(this.share.usedBytes()).isEqualTo(this.share.maxBytes());
		this.share.release(this.share.maxBytes());
		assertThat(this.share.usedBytes()).isZero();
	}

	@Test
	void whatIsReservedBeyondTheMinimumComesFromWhatAllShare() {
		long free = this.budget.freeBytes();
		assertThat(this.share.tryReserve(this.share.minBytes())).isTrue();
		assertThat(this.budget.freeBytes()).isEqualTo(free);
		assertThat(this.share.tryReserve(MEBIBYTE)).isTrue();
		assertThat(this.budget.freeBytes()).isEqualTo(free - MEBIBYTE);
		this.share.release(2 * MEBIBYTE);
		assertThat(this.budget.freeBytes()).isEqualTo(free);
		this.share.release(this.share.usedBytes());
		assertThat(this.budget.freeBytes()).isEqualTo(free);
	}

	@Test
	void refusesAtOnceWhatWillNeverFit() {
		long start = System.nanoTime();
		assertThatExceptionOfType(HeapExhaustedException.class)
			.isThrownBy(() -> this.share.reserve(this.share.maxBytes() + 1, Duration.ofDays(1)))
			.withMessageContaining("eardrum.heap.queries")
			.satisfies((ex) -> assertThat(ex.use()).isEqualTo(HeapUse.QUERIES));
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONG);
		assertThat(this.share.refusals()).isOne();
	}

	@Test
	void refusesWhatDoesNotBecomeFreeInTimeAndReservesNothing() {
		this.share.force(this.share.maxBytes());
		assertThatExceptionOfType(HeapExhaustedException.class)
			.isThrownBy(() -> this.share.reserve(10, Duration.ofMillis(1)));
		assertThat(this.share.usedBytes()).isEqualTo(this.share.maxBytes());
		this.share.release(this.share.maxBytes());
		assertThat(this.share.tryReserve(this.share.maxBytes())).as("nobody is left in the queue").isTrue();
	}

	@Test
	void servesThoseWhoWaitInOrderOfArrival() {
		this.share.force(this.share.maxBytes());
		List<Integer> served = new CopyOnWriteArrayList<>();
		List<CompletableFuture<Void>> waiting = new ArrayList<>();
		// The first wants most: it must not starve behind the others.
		List<Long> wanted = List.of(this.share.maxBytes(), MEBIBYTE, 1L);
		for (int i = 0; i < wanted.size(); i++) {
			int number = i;
			waiting.add(CompletableFuture.runAsync(() -> {
				this.share.reserve(wanted.get(number), LONG);
				served.add(number);
				this.share.release(wanted.get(number));
			}, TestThreads.NEW_THREAD));
			awaitQueued(number + 1);
		}
		for (long left = this.share.maxBytes(); left > 0; left -= MEBIBYTE) {
			assertThat(served).isEmpty();
			this.share.release(Math.min(left, MEBIBYTE));
		}
		waiting.forEach(CompletableFuture::join);
		assertThat(served).containsExactly(0, 1, 2);
		assertThat(this.share.usedBytes()).isZero();
	}

	private void awaitQueued(int count) {
		Awaitility.await().until(() -> this.share.queueLength() == count);
	}

	@Test
	void nobodyTakesWhatAnotherWaitsFor() {
		this.share.force(this.share.maxBytes());
		CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> this.share.reserve(2 * MEBIBYTE, LONG),
				TestThreads.NEW_THREAD);
		awaitQueued(1);
		this.share.release(MEBIBYTE);
		assertThat(this.share.tryReserve(1)).isFalse();
		this.share.release(MEBIBYTE);
		waiting.join();
	}

	@Test
	void wakesWhoWaitsForWhatAnotherUseReleases() {
		HeapShare other = this.budget.share(HeapUse.FRAMES);
		long all = this.budget.freeBytes();
		other.force(other.minBytes() + all);
		assertThat(this.share.tryReserve(this.share.minBytes())).isTrue();
		CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> this.share.reserve(MEBIBYTE, LONG),
				TestThreads.NEW_THREAD);
		awaitQueued(1);
		other.release(MEBIBYTE);
		waiting.join();
	}

	@Test
	void endsSlowClientsWhenOthersNeedWhatTheyHold() {
		long held = this.share.maxBytes();
		this.share.force(held);
		AtomicInteger ended = new AtomicInteger();
		this.budget.slowClients().begin(() -> {
			ended.incrementAndGet();
			this.share.release(held);
		}, held);
		this.share.reserve(MEBIBYTE, LONG);
		assertThat(ended).hasValue(1);
	}

	@Test
	void whatIsInUseAlreadyIsCountedBeyondTheMaximum() {
		this.share.force(this.share.maxBytes() + 5);
		assertThat(this.share.usedBytes()).isEqualTo(this.share.maxBytes() + 5);
		assertThat(this.share.tryReserve(1)).isFalse();
		assertThat(this.share.isTight()).isTrue();
		this.share.release(this.share.maxBytes() + 5);
		assertThat(this.share.isTight()).isFalse();
	}

	@Test
	void releasingMoreThanWasReservedIsADefect() {
		assertThat(this.share.tryReserve(10)).isTrue();
		assertThatIllegalStateException().isThrownBy(() -> this.share.release(11));
		assertThat(this.share.usedBytes()).isEqualTo(10);
	}

	@Test
	void tellsListenersWhenSharedMemoryIsReleased() {
		AtomicInteger told = new AtomicInteger();
		this.budget.whenReleased(told::incrementAndGet);
		this.share.force(this.share.minBytes() + 10);
		this.share.release(10);
		assertThat(told).hasValue(1);
	}

	@Test
	void neitherLosesNorInventsMemoryUnderContention() {
		long free = this.budget.freeBytes();
		Random seeds = new Random(TestSeed.value());
		List<CompletableFuture<Void>> threads = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			long seed = seeds.nextLong();
			threads.add(CompletableFuture.runAsync(() -> churn(new Random(seed)), TestThreads.NEW_THREAD));
		}
		threads.forEach(CompletableFuture::join);
		for (HeapUse use : HeapUse.values()) {
			assertThat(this.budget.share(use).usedBytes()).isZero();
		}
		assertThat(this.budget.freeBytes()).isEqualTo(free);
	}

	private void churn(Random random) {
		HeapUse[] uses = { HeapUse.QUERIES, HeapUse.FRAMES, HeapUse.BODIES };
		for (int i = 0; i < 20_000; i++) {
			HeapShare any = this.budget.share(uses[random.nextInt(uses.length)]);
			long bytes = random.nextLong(any.maxBytes() / 2);
			switch (random.nextInt(3)) {
				case 0 -> {
					if (any.tryReserve(bytes)) {
						any.release(bytes);
					}
				}
				case 1 -> {
					any.force(bytes);
					any.release(bytes);
				}
				default -> {
					any.reserve(bytes, LONG);
					any.release(bytes);
				}
			}
		}
	}

}
