package io.eardrum.storage.cassandra.series;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.request.CongestionException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link RegistrationQueue}.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RegistrationQueueTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final List<List<String>> groups = new CopyOnWriteArrayList<>();

	@AfterEach
	void stop() {
		this.executor.shutdownNow();
	}

	@Test
	void fewOfOnePutComeBetweenTheManyOfAnother() throws Exception {
		RegistrationQueue<String> queue = new RegistrationQueue<>(4, LONG);
		Gate second = new Gate(1);
		Gate fourth = new Gate(3);
		Future<?> many = this.executor.submit(() -> queue.register(keys("many", 20), (group) -> {
			second.pass();
			fourth.pass();
			this.groups.add(List.copyOf(group));
		}));
		second.awaitSomebody();
		Future<?> few = startWaiting(queue, List.of("few0"));
		second.open();
		fourth.awaitSomebody();
		few.get();
		assertThat(many.isDone()).isFalse();
		fourth.open();
		many.get();
		assertThat(this.groups.get(2)).contains("few0");
		assertThat(this.groups).hasSize(6).allSatisfy((group) -> assertThat(group).hasSizeLessThanOrEqualTo(4));
		assertThat(registered("many")).isEqualTo(keys("many", 20));
	}

	@Test
	void whoWaitsInVainForTooLongIsNotRegisteredAnyMore() throws Exception {
		RegistrationQueue<String> queue = new RegistrationQueue<>(4, Duration.ofMillis(100));
		Gate gate = new Gate(0);
		Future<?> running = this.executor.submit(() -> queue.register(keys("many", 8), (group) -> {
			gate.pass();
			this.groups.add(List.copyOf(group));
		}));
		gate.awaitSomebody();
		assertThatThrownBy(() -> queue.register(List.of("few0"), this.groups::add))
			.isInstanceOf(CongestionException.class)
			.hasMessageContaining("still being registered");
		gate.open();
		running.get();
		assertThat(registered("few")).isEmpty();
		assertThat(registered("many")).hasSize(8);
	}

	@Test
	void failureIsThatOfThoseWhoHadAShareInTheGroup() throws Exception {
		RegistrationQueue<String> queue = new RegistrationQueue<>(4, LONG);
		IllegalStateException reason = new IllegalStateException("the node is on fire");
		Gate gate = new Gate(0);
		Future<?> many = this.executor
			.submit(() -> assertThatThrownBy(() -> queue.register(keys("many", 9), (group) -> {
				gate.pass();
				this.groups.add(List.copyOf(group));
				if (group.contains("many4")) {
					throw reason;
				}
			})).isInstanceOf(StorageException.class).hasCause(reason));
		gate.awaitSomebody();
		Future<?> few = startWaiting(queue, List.of("few0"));
		gate.open();
		many.get();
		assertThatThrownBy(few::get).cause().isInstanceOf(StorageException.class).hasCause(reason);
		assertThat(this.groups).hasSize(2);
		queue.register(List.of("next0"), this.groups::add);
		assertThat(registered("next")).containsExactly("next0");
	}

	@Test
	void congestionOfAGroupStaysCongestion() {
		RegistrationQueue<String> queue = new RegistrationQueue<>(4, LONG);
		assertThatThrownBy(() -> queue.register(List.of("a"), (group) -> {
			throw new CongestionException("no turn");
		})).isInstanceOf(CongestionException.class).hasMessage("no turn");
	}

	@Test
	void eachIsRegisteredOnceAndInOrderByOneThreadAtATime() throws Exception {
		RegistrationQueue<String> queue = new RegistrationQueue<>(7, LONG);
		AtomicInteger inside = new AtomicInteger();
		Consumer<List<String>> registrar = (group) -> {
			assertThat(inside.incrementAndGet()).isOne();
			assertThat(group).hasSizeBetween(1, 7);
			this.groups.add(List.copyOf(group));
			inside.decrementAndGet();
		};
		CountDownLatch start = new CountDownLatch(1);
		List<Future<?>> puts = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			List<String> keys = keys("put" + i + ".", 1 + i * i % 50);
			puts.add(this.executor.submit(() -> {
				start.await();
				queue.register(keys, registrar);
				return null;
			}));
		}
		start.countDown();
		for (int i = 0; i < puts.size(); i++) {
			puts.get(i).get();
			assertThat(registered("put" + i + ".")).isEqualTo(keys("put" + i + ".", 1 + i * i % 50));
		}
	}

	// Returns once the thread waits in the queue.
	private Future<?> startWaiting(RegistrationQueue<String> queue, List<String> keys) throws InterruptedException {
		CountDownLatch started = new CountDownLatch(1);
		Thread[] thread = new Thread[1];
		Future<?> waiting = this.executor.submit(() -> {
			thread[0] = Thread.currentThread();
			started.countDown();
			queue.register(keys, (group) -> this.groups.add(List.copyOf(group)));
		});
		started.await();
		while (thread[0].getState() != Thread.State.TIMED_WAITING) {
			Thread.onSpinWait();
		}
		return waiting;
	}

	private List<String> registered(String prefix) {
		return this.groups.stream().flatMap(List::stream).filter((key) -> key.startsWith(prefix)).toList();
	}

	private static List<String> keys(String prefix, int count) {
		return IntStream.range(0, count).mapToObj((i) -> prefix + i).toList();
	}

	/** Holds up who passes, but for the first ones, until it is opened. */
	private static final class Gate {

		private final AtomicInteger free;

		private final CountDownLatch somebody = new CountDownLatch(1);

		private final CountDownLatch opened = new CountDownLatch(1);

		Gate(int free) {
			this.free = new AtomicInteger(free);
		}

		void pass() {
			if (this.free.getAndDecrement() > 0) {
				return;
			}
			this.somebody.countDown();
			try {
				this.opened.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		void awaitSomebody() throws InterruptedException {
			this.somebody.await();
		}

		void open() {
			this.opened.countDown();
		}

	}

}
