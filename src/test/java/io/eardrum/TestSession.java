package io.eardrum;

import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Prepares the process of the tests for classes that run side by side. JUnit finds it by
 * its name in {@code META-INF/services}.
 */
public final class TestSession implements LauncherSessionListener {

	@Override
	public void launcherSessionOpened(LauncherSession session) {
		// A server that starts or stops would set up all logging anew, under the others.
		System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
		System.setProperty("logback.configurationFile", "logback-of-tests.xml");
		// Now, and not by several threads at once, of which all but one would get
		// something else.
		LoggerFactory.getILoggerFactory();
		SLF4JBridgeHandler.removeHandlersForRootLogger();
		SLF4JBridgeHandler.install();
		// They are those of any test.
		Awaitility.doNotCatchUncaughtExceptionsByDefault();
		UncaughtErrors.install();
	}

}
