package io.eardrum.startup;

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

}
