package io.eardrum.server.channel;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * The steps of TLS handshakes that wait for a thread. Clients take turns, one step each.
 * A client that keeps connecting thus delays the others by no more than a step. Of one
 * client, handshakes that have begun go before new ones. Each connection has one waiting
 * step at most.
 * <p>
 * Safe for any number of threads.
 */
public final class HandshakeQueue implements Executor {

	private final Executor threads;

	/** The clients that have steps here, in the order of their turns. */
	private final Map<Object, Line> lines = new LinkedHashMap<>();

	/**
	 * Creates a queue.
	 * @param threads run as many steps at once as there are threads, and queue any number
	 * of tasks
	 */
	HandshakeQueue(Executor threads) {
		this.threads = threads;
	}

	@Override
	public void execute(Runnable task) {
		Step step = (task instanceof Step known) ? known : new Step(task, true, task);
		add(step);
		try {
			// The step that is next then, which may be another one.
			this.threads.execute(this::runNext);
		}
		catch (RuntimeException | Error ex) {
			remove(step);
			throw ex;
		}
	}

	private void runNext() {
		Step next = next();
		if (next != null) {
			next.task().run();
		}
	}

	private synchronized void add(Step step) {
		this.lines.computeIfAbsent(step.client(), (client) -> new Line()).of(step).add(step);
	}

	private synchronized void remove(Step step) {
		Line line = this.lines.get(step.client());
		if (line != null) {
			line.of(step).remove(step);
			if (line.isEmpty()) {
				this.lines.remove(step.client());
			}
		}
	}

	private synchronized @Nullable Step next() {
		Iterator<Map.Entry<Object, Line>> first = this.lines.entrySet().iterator();
		if (!first.hasNext()) {
			return null;
		}
		Map.Entry<Object, Line> entry = first.next();
		Object client = entry.getKey();
		Line line = entry.getValue();
		first.remove();
		Step step = line.poll();
		if (!line.isEmpty()) {
			// The next turn of this client comes after those of all others.
			this.lines.put(client, line);
		}
		return step;
	}

	/**
	 * A step of a handshake.
	 *
	 * @param client identifies the client
	 * @param begun whether the handshake has begun before
	 * @param task executes the step
	 */
	public record Step(Object client, boolean begun, Runnable task) implements Runnable {

		@Override
		public void run() {
			this.task.run();
		}

	}

	private static final class Line {

		private final Deque<Step> begun = new ArrayDeque<>(2);

		private final Deque<Step> fresh = new ArrayDeque<>(2);

		Deque<Step> of(Step step) {
			return step.begun() ? this.begun : this.fresh;
		}

		boolean isEmpty() {
			return this.begun.isEmpty() && this.fresh.isEmpty();
		}

		@Nullable Step poll() {
			Step step = this.begun.poll();
			return (step != null) ? step : this.fresh.poll();
		}

	}

}
