package io.eardrum.diagnostics;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

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
import org.springframework.context.ApplicationListener;

import io.eardrum.budget.ThreadShortage;

/**
 * Ends the process at once when it runs out of memory, as the JVM itself does with
 * {@code -XX:+ExitOnOutOfMemoryError}, in case it was started without that flag. A server
 * that has lost any thread, or any step of one, must not go on. The process ends as if it
 * were killed, which loses no acknowledged point.
 * <p>
 * There are two ways to find out. A thread may end with the error, because the code of
 * this project never swallows it. Or a framework may have caught it, to answer a request
 * with an error. Then it logs the error, and every logger calls this filter.
 * <p>
 * <em>Threads</em>: any. Nothing is allocated on the way to the end.
 */
public final class OutOfMemoryExit implements Thread.UncaughtExceptionHandler {

	/** The exit status, which is that of the JVM in this case. */
	public static final int STATUS = 3;

	/** The chain of causes may be a circle. */
	private static final int MAX_CAUSES = 20;

	private static final byte[] MESSAGE = ("The server has run out of memory and ends. Give it more with -Xmx, or less"
			+ " to do: docs/memory.md says what takes how much.\n")
		.getBytes(StandardCharsets.US_ASCII);

	private static final FileOutputStream ERRORS = new FileOutputStream(FileDescriptor.err);

	private static final AtomicBoolean ending = new AtomicBoolean();

	private OutOfMemoryExit() {
	}

	/**
	 * Makes a server end this way, from the moment at which its logging is set up.
	 * @param application the application, before it is run
	 */
	public static void install(SpringApplication application) {
		// This loads the class now, because a class can't be loaded once there is no
		// memory.
		ThreadShortage.require(new IllegalStateException());
		OutOfMemoryExit exit = new OutOfMemoryExit();
		Thread.setDefaultUncaughtExceptionHandler(exit);
		application.addListeners((ApplicationListener<ApplicationPreparedEvent>) (event) -> {
			if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
				watch(context);
			}
		});
	}

	/**
	 * Looks at everything that is logged in a context from now on.
	 * @param context the context
	 */
	static void watch(LoggerContext context) {
		context.addTurboFilter(new LoggedErrors());
		context.addListener(new LastingFilter(LoggedErrors::new));
	}

	@Override
	public void uncaughtException(Thread thread, Throwable ex) {
		endIfOutOfMemory(ex);
		System.err.print("Exception in thread \"" + thread.getName() + "\" ");
		ex.printStackTrace();
	}

	private static void endIfOutOfMemory(@Nullable Throwable thrown) {
		Throwable cause = thrown;
		for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
			if (isOutOfMemory(cause)) {
				end();
			}
			cause = cause.getCause();
		}
	}

	// A shortage of threads is reported with the same error, but it passes. The JVM's own
	// flag does not end the process for it either.
	static boolean isOutOfMemory(Throwable thrown) {
		return thrown instanceof OutOfMemoryError error && !ThreadShortage.is(error);
	}

	private static void end() {
		try {
			if (!ending.getAndSet(true)) {
				ERRORS.write(MESSAGE);
			}
		}
		catch (IOException ex) {
			// There is no other place for the message.
		}
		finally {
			Runtime.getRuntime().halt(STATUS);
		}
	}

	/**
	 * Looks at every call of a logger, whatever its level.
	 */
	private static final class LoggedErrors extends TurboFilter {

		@Override
		public FilterReply decide(@Nullable Marker marker, Logger logger, Level level, @Nullable String format,
				Object @Nullable [] parameters, @Nullable Throwable thrown) {
			endIfOutOfMemory(thrown);
			if (parameters != null && parameters.length > 0
					&& parameters[parameters.length - 1] instanceof Throwable last) {
				endIfOutOfMemory(last);
			}
			return FilterReply.NEUTRAL;
		}

	}

}
