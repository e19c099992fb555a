package io.eardrum;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Notes how long each test class took, and which ten took longest of all processes of
 * this build: Maven prints that last. The times are those on the clock, with whatever ran
 * beside.
 */
public final class SlowestClasses implements TestExecutionListener {

	private static final Path FOLDER = Path.of("target", "test-times");

	private static final Path SLOWEST = Path.of("target", "slowest-test-classes.txt");

	private static final int COUNT = 10;

	private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

	private final Map<String, Long> starts = new ConcurrentHashMap<>();

	private final Map<String, Long> nanos = new ConcurrentHashMap<>();

	@Override
	public void executionStarted(TestIdentifier test) {
		if (isClass(test)) {
			this.starts.put(test.getUniqueId(), System.nanoTime());
		}
	}

	@Override
	public void executionFinished(TestIdentifier test, TestExecutionResult result) {
		Long start = this.starts.remove(test.getUniqueId());
		if (start != null) {
			ClassSource source = (ClassSource) test.getSource().orElseThrow();
			this.nanos.put(source.getClassName(), System.nanoTime() - start);
		}
	}

	@Override
	public void testPlanExecutionFinished(TestPlan plan) {
		// Elsewhere than in Maven there is nobody to print it.
		String execution = System.getProperty("eardrum.test.execution", "");
		if (execution.isEmpty()) {
			return;
		}
		try {
			Files.createDirectories(FOLDER);
			Files.write(FOLDER.resolve(execution), lines());
			Files.write(SLOWEST, slowest());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static boolean isClass(TestIdentifier test) {
		return test.isContainer() && test.getSource().filter(ClassSource.class::isInstance).isPresent();
	}

	private List<String> lines() {
		return this.nanos.entrySet()
			.stream()
			.map((entry) -> String.format(Locale.ROOT, "%7.2f s  %s", entry.getValue() / NANOS_PER_SECOND,
					entry.getKey()))
			.toList();
	}

	private static List<String> slowest() throws IOException {
		List<String> all = new ArrayList<>();
		try (Stream<Path> files = Files.list(FOLDER)) {
			for (Path file : files.toList()) {
				all.addAll(Files.readAllLines(file));
			}
		}
		// The seconds come first, and are as wide in each line.
		all.sort(Comparator.reverseOrder());
		return all.subList(0, Math.min(COUNT, all.size()));
	}

}
