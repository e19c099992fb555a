package io.eardrum;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.stream.Stream;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import org.slf4j.LoggerFactory;

/**
 * What is logged from when it is made until it is closed, by a part of this process and
 * not by the tests that run beside: by threads of one name, or of one server.
 */
public final class CapturedLog extends UnsynchronizedAppenderBase<ILoggingEvent> implements AutoCloseable {

	private final Queue<String> entries = new ConcurrentLinkedQueue<>();

	private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

	private final Predicate<Thread> wanted;

	private CapturedLog(Predicate<Thread> wanted) {
		this.wanted = wanted;
		setContext(this.root.getLoggerContext());
		start();
		this.root.addAppender(this);
	}

	/**
	 * Captures what the thread logs that calls this.
	 * @return its log
	 */
	public static CapturedLog ofThisThread() {
		return new CapturedLog(Thread.currentThread()::equals);
	}

	/**
	 * Captures what all threads log, for what a thread of the JDK does.
	 * @return their log, with that of what runs beside
	 */
	public static CapturedLog ofAllThreads() {
		return new CapturedLog((thread) -> true);
	}

	/**
	 * Captures what threads log, whatever the logger.
	 * @param name their name
	 * @return their log
	 */
	public static CapturedLog ofThreads(String name) {
		return new CapturedLog((thread) -> thread.getName().equals(name));
	}

	/**
	 * Captures what threads log, whatever the logger.
	 * @param group those of this group and of the groups in it
	 * @return their log
	 */
	static CapturedLog ofThreads(ThreadGroup group) {
		return new CapturedLog((thread) -> group.parentOf(thread.getThreadGroup()));
	}

	@Override
	protected void append(ILoggingEvent event) {
		if (this.wanted.test(Thread.currentThread())) {
			String trace = (event.getThrowableProxy() != null) ? ThrowableProxyUtil.asString(event.getThrowableProxy())
					: "";
			this.entries.add(" %s %s : %s\n%s".formatted(event.getLevel(), event.getLoggerName(),
					event.getFormattedMessage(), trace));
		}
	}

	/**
	 * Returns what has been logged until now, levels, loggers and traces included.
	 * @return the log as it is printed, but for times and threads
	 */
	public String text() {
		return String.join("", this.entries);
	}

	/**
	 * Returns what has been logged until now.
	 * @return the lines that aren't blank
	 */
	public Stream<String> lines() {
		return text().lines().filter((line) -> !line.isBlank());
	}

	@Override
	public void close() {
		this.root.detachAppender(this);
		stop();
	}

}
