package io.eardrum.server.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link HandshakeQueue}.
 */
class HandshakeQueueTests {

	private final List<Runnable> pool = new ArrayList<>();

	private final List<String> done = new ArrayList<>();

	private final HandshakeQueue queue = new HandshakeQueue(this.pool::add);

	@Test
	void clientsTakeTurns() {
		for (int i = 0; i < 100; i++) {
			add("crowd", false, "crowd " + i);
		}
		add("one", false, "one");
		add("other", false, "other 0");
		add("other", false, "other 1");
		run(6);
		assertThat(this.done).containsExactly("crowd 0", "one", "other 0", "crowd 1", "other 1", "crowd 2");
		run(97);
		assertThat(this.done).hasSize(103).endsWith("crowd 99");
	}

	@Test
	void whatHasBegunGoesFirstWithinAClient() {
		add("one", false, "new 0");
		add("one", false, "new 1");
		add("one", true, "begun");
		add("other", false, "other");
		run(4);
		assertThat(this.done).containsExactly("begun", "other", "new 0", "new 1");
	}

	@Test
	void stepThatGetsNoThreadIsNotRunLater() {
		List<Runnable> later = new ArrayList<>();
		List<Boolean> refuse = new ArrayList<>(List.of(true));
		HandshakeQueue refusing = new HandshakeQueue((task) -> {
			if (!refuse.isEmpty()) {
				throw new RejectedExecutionException();
			}
			later.add(task);
		});
		assertThatExceptionOfType(RejectedExecutionException.class)
			.isThrownBy(() -> refusing.execute(new HandshakeQueue.Step("one", false, () -> this.done.add("refused"))));
		refuse.clear();
		refusing.execute(() -> this.done.add("taken"));
		later.forEach(Runnable::run);
		assertThat(this.done).containsExactly("taken");
	}

	@Test
	void stepOfAnyClientIsRun() {
		HandshakeQueue.Step step = new HandshakeQueue.Step("one", true, () -> this.done.add("run"));
		step.run();
		this.queue.execute(() -> this.done.add("of nobody known"));
		run(1);
		assertThat(this.done).containsExactly("run", "of nobody known");
	}

	// Its steps that wait keep their places.
	@Test
	void refusedStepTakesNoOthersAlong() {
		List<Runnable> later = new ArrayList<>();
		HandshakeQueue refusing = new HandshakeQueue((task) -> {
			if (later.size() == 1) {
				later.add(task);
				throw new RejectedExecutionException();
			}
			later.add(task);
		});
		refusing.execute(new HandshakeQueue.Step("one", false, () -> this.done.add("first")));
		assertThatExceptionOfType(RejectedExecutionException.class)
			.isThrownBy(() -> refusing.execute(new HandshakeQueue.Step("one", false, () -> this.done.add("refused"))));
		later.forEach(Runnable::run);
		assertThat(this.done).containsExactly("first");
	}

	private void add(String client, boolean begun, String name) {
		this.queue.execute(new HandshakeQueue.Step(client, begun, () -> this.done.add(name)));
	}

	private void run(int count) {
		List<Runnable> tasks = List.copyOf(this.pool.subList(0, count));
		this.pool.subList(0, count).clear();
		tasks.forEach(Runnable::run);
	}

}
