package io.eardrum;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * The seed of what is random in the tests of this process: another one each time, or that
 * of the system property {@value #PROPERTY}. Whatever fails says which one it was; JUnit
 * finds this by its name in {@code META-INF/services}.
 */
public final class TestSeed implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {

	private static final String PROPERTY = "eardrum.test.seed";

	private static final long VALUE = Long.getLong(PROPERTY, System.nanoTime());

	/**
	 * Returns the seed.
	 * @return the same for the life of this process
	 */
	public static long value() {
		return VALUE;
	}

	@Override
	public void handleTestExecutionException(ExtensionContext context, Throwable ex) throws Throwable {
		throw withSeed(ex);
	}

	@Override
	public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable ex) throws Throwable {
		throw withSeed(ex);
	}

	@Override
	public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable ex) throws Throwable {
		throw withSeed(ex);
	}

	@Override
	public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable ex) throws Throwable {
		throw withSeed(ex);
	}

	@Override
	public void handleAfterAllMethodExecutionException(ExtensionContext context, Throwable ex) throws Throwable {
		throw withSeed(ex);
	}

	private static Throwable withSeed(Throwable ex) {
		ex.addSuppressed(new Repeat());
		return ex;
	}

	/**
	 * Stands below a failure in the log.
	 */
	@SuppressWarnings("serial")
	private static final class Repeat extends Exception {

		private Repeat() {
			super("what is random is the same again with -D" + PROPERTY + "=" + VALUE, null, false, false);
		}

	}

}
