package io.eardrum.diagnostics;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationPreparedEvent;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

/**
 * The last safety net before the disk. It limits how many lines are logged in a second,
 * whatever causes them, and allows as many errors besides. Lines that any client can
 * cause at will are limited where they are logged; this limit is for the causes that were
 * overlooked. The first line that is left out is replaced by one that says so, and before
 * the next line that is logged comes one with the number of omitted lines.
 * <p>
 * Lines of the levels debug and trace pass, because an operator who turns them on wants
 * them all.
 * <p>
 * <em>Threads</em>: any.
 */
public final class LogLimit extends TurboFilter {

	private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final AtomicLong leftOut = new AtomicLong();

	private final int maxLines;

	private final LongSupplier nanoTime;

	private final Window errors;

	private final Window others;

	/** Set while this thread logs a line of this filter itself. */
	private final ThreadLocal<Boolean> telling = new ThreadLocal<>();

	/**
	 * Creates a filter.
	 * @param maxLines how many lines are logged in a second
	 * @param nanoTime a clock in nanoseconds
	 */
	LogLimit(int maxLines, LongSupplier nanoTime) {
		this.maxLines = maxLines;
		this.nanoTime = nanoTime;
		this.errors = new Window(nanoTime.getAsLong());
		this.others = new Window(nanoTime.getAsLong());
	}

	/**
	 * Limits what a server logs, from the moment at which its configuration has been
	 * read.
	 * @param application the application, before it is run
	 */
	public static void install(SpringApplication application) {
		application.addListeners((ApplicationListener<ApplicationPreparedEvent>) (event) -> {
			if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
				new LogLimit(maxLines(event.getApplicationContext().getEnvironment()), System::nanoTime).addTo(context);
			}
		});
	}

	private static int maxLines(Environment environment) {
		try {
			return Binder.get(environment).bindOrCreate("eardrum.log", LogProperties.class).maxLines();
		}
		catch (BindException ex) {
			// Startup fails because of it, with a message.
			return new LogProperties(100).maxLines();
		}
	}

	/**
	 * Limits what is logged in a context from now on.
	 * @param context the context
	 */
	void addTo(LoggerContext context) {
		context.addTurboFilter(this);
		context.addListener(new LastingFilter(() -> this));
	}

	/**
	 * Returns how many lines were left out in a context.
	 * @param context the context
	 * @return the number since the start
	 */
	static long leftOut(LoggerContext context) {
		long sum = 0;
		for (TurboFilter filter : context.getTurboFilterList()) {
			sum += (filter instanceof LogLimit limit) ? limit.leftOut.get() : 0;
		}
		return sum;
	}

	@Override
	public FilterReply decide(@Nullable Marker marker, Logger logger, Level level, @Nullable String format,
			Object @Nullable [] parameters, @Nullable Throwable thrown) {
		// Without a text, the caller only asks whether the level is on.
		if ((format == null && thrown == null) || !level.isGreaterOrEqual(Level.INFO)
				|| !level.isGreaterOrEqual(logger.getEffectiveLevel()) || this.telling.get() != null) {
			return FilterReply.NEUTRAL;
		}
		Window window = level.isGreaterOrEqual(Level.ERROR) ? this.errors : this.others;
		long number = window.next(this.nanoTime.getAsLong());
		if (number <= this.maxLines) {
			long before = window.takeLeftOut();
			if (before > 0) {
				tell(logger, before + " lines were left out before this one (eardrum.log.max-lines)");
			}
			return FilterReply.NEUTRAL;
		}
		this.leftOut.incrementAndGet();
		if (window.leaveOut() == 1) {
			tell(logger, "More than " + this.maxLines + " lines in a second: further lines are left out");
		}
		return FilterReply.DENY;
	}

	private void tell(Logger logger, String text) {
		this.telling.set(true);
		try {
			logger.getLoggerContext().getLogger(LogLimit.class).warn(text);
		}
		finally {
			this.telling.remove();
		}
	}

	private static final class Window {

		private long started;

		private long lines;

		private long leftOut;

		Window(long now) {
			this.started = now;
		}

		// Returns the number of the line in this second.
		synchronized long next(long now) {
			if (now - this.started >= WINDOW_NANOS) {
				this.started = now;
				this.lines = 0;
			}
			this.lines++;
			return this.lines;
		}

		synchronized long leaveOut() {
			this.leftOut++;
			return this.leftOut;
		}

		synchronized long takeLeftOut() {
			long count = this.leftOut;
			this.leftOut = 0;
			return count;
		}

	}

}
