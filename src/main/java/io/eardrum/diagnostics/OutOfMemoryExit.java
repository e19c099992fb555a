package io.eardrum.diagnostics;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

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
 * Ends the process at once when it runs out of memory, as the JVM does itself with
 * {@code -XX:+ExitOnOutOfMemoryError}, for whoever starts it without: a server that has
 * lost any thread, or any step of one, must not go on. It is ended as if it were killed,
 * which loses nothing that was acknowledged.
 * <p>
 * There are two ways to find out. A thread may end with the error; what this project
 * catches lets it through. And a framework may have caught it, to answer a request with
 * an error: it logs it then, and every logger passes by here.
 * <p>
 * <em>Threads</em>: any. Nothing is allocated on the way to the end.
 */
public final class OutOfMemoryExit implements Thread.UncaughtExceptionHandler {

	/** The exit status; the JVM has the same. */
	public static final int STATUS = 3;

	/** Causes may go round in a circle. */
	private static final int MAX_CAUSES = 20;

	private static final byte[] MESSAGE = ("The server has run out of memory and ends. Give it more with -Xmx, or less"
			+ " to do: docs/operations.md tells what takes how much.\n")
		.getBytes(StandardCharsets.US_ASCII);

	private static final FileOutputStream ERRORS = new FileOutputStream(FileDescriptor.err);

	private OutOfMemoryExit() {
	}

	/**
	 * Lets a server end this way, from when its logging is set up.
	 * @param application the application, before it is run
	 */
	public static void install(SpringApplication application) {
		// Loads the class that this needs, because no class can be loaded without memory.
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
	 * Looks at everything that is logged from now on.
	 * @param context where it is logged
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

	// A shortage of threads is the same error and another thing: it passes, and the JVM's
	// own flag does not end the process for it either.
	static boolean isOutOfMemory(Throwable thrown) {
		return thrown instanceof OutOfMemoryError error && !ThreadShortage.is(error);
	}

	private static void end() {
		try {
			ERRORS.write(MESSAGE);
		}
		catch (IOException ex) {
			// Nobody reads it.
		}
		finally {
			Runtime.getRuntime().halt(STATUS);
		}
	}

	/**
	 * Looks at everything that is logged, whatever its level.
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
