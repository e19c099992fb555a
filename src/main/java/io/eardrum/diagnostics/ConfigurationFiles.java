package io.eardrum.diagnostics;

import java.io.File;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.system.ApplicationHome;

/**
 * Where the server looks for its configuration: what Spring Boot does, and beside the jar
 * from which it was started. Of two files, the one in the working directory counts.
 */
public final class ConfigurationFiles {

	/**
	 * The system property with the jar that a user started, if the script runs it from an
	 * extracted copy elsewhere.
	 */
	private static final String STARTED_JAR = "io.eardrum.jar";

	private static final String IN_JAR = "optional:classpath:/;optional:classpath:/config/";

	private static final String IN_WORKING_DIRECTORY = "optional:file:./;optional:file:./config/;optional:file:./config/*/";

	private ConfigurationFiles() {
	}

	/**
	 * Returns the places, as a property that any other source overrides.
	 * @return the default properties of the application
	 */
	public static Map<String, Object> defaults() {
		return defaults(System.getProperty(STARTED_JAR));
	}

	/**
	 * Returns the places for a copy of a jar.
	 * @param started the path of the jar of which this is a copy, or {@code null} if this
	 * is none
	 * @return the default properties of the application
	 */
	static Map<String, Object> defaults(@Nullable String started) {
		return besides(
				(started != null) ? new File(started) : new ApplicationHome(ConfigurationFiles.class).getSource());
	}

	/**
	 * Returns the places for a program that was started from a file.
	 * @param source the jar, or the directory with the classes, if that is known
	 * @return the default properties of the application
	 */
	static Map<String, Object> besides(@Nullable File source) {
		if (source == null || !source.isFile()) {
			return Map.of();
		}
		String directory = source.getAbsoluteFile().getParentFile().toURI().toString();
		return Map.of("spring.config.location",
				IN_JAR + ",optional:" + directory + ";optional:" + directory + "config/," + IN_WORKING_DIRECTORY);
	}

}
