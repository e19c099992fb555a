package io.eardrum.diagnostics;

import ch.qos.logback.classic.LoggerContext;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link OutOfMemoryExit} takes for the end of the memory.
 */
class OutOfMemoryExitTests {

	@Test
	void shortageOfThreadsPasses() {
		assertThat(OutOfMemoryExit.isOutOfMemory(new OutOfMemoryError(
				"unable to create native thread: possibly out of memory or process/resource limits reached")))
			.isFalse();
	}

	@Test
	void anyOtherIsTheEnd() {
		assertThat(OutOfMemoryExit.isOutOfMemory(new OutOfMemoryError("Java heap space"))).isTrue();
		assertThat(OutOfMemoryExit.isOutOfMemory(new OutOfMemoryError())).isTrue();
		assertThat(OutOfMemoryExit.isOutOfMemory(new StackOverflowError())).isFalse();
	}

	// As it is when logback watches its own file, and that has changed.
	@Test
	void logThatIsConfiguredAnewIsStillLookedAt() {
		LoggerContext context = new LoggerContext();
		OutOfMemoryExit.watch(context);
		assertThat(context.getTurboFilterList()).hasSize(1);
		for (int i = 0; i < 2; i++) {
			context.reset();
			assertThat(context.getTurboFilterList()).hasSize(1);
		}
	}

}
