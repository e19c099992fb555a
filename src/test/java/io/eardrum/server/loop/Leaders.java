package io.eardrum.server.loop;

import java.util.Arrays;
import java.util.Collection;

/**
 * The threads of this process that lead an {@link EventLoop}.
 */
public final class Leaders {

	private Leaders() {
	}

	/**
	 * Counts the threads that wait for clients, all loops together. A loop with two
	 * leaders has one that waits and one that waits for its selector.
	 * @return the number of threads
	 */
	public static long count() {
		return count(Thread.getAllStackTraces().keySet());
	}

	/**
	 * Counts those among some threads.
	 * @param threads where to look
	 * @return the number of threads
	 */
	public static long count(Collection<Thread> threads) {
		return threads.stream().map(Thread::getStackTrace).filter(Leaders::selects).count();
	}

	private static boolean selects(StackTraceElement[] stack) {
		return Arrays.stream(stack)
			.anyMatch((frame) -> frame.getClassName().equals(EventLoop.class.getName())
					&& frame.getMethodName().equals("select"));
	}

}
