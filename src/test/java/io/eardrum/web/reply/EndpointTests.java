package io.eardrum.web.reply;

import java.util.Set;

import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import io.eardrum.UncaughtErrors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Endpoint}.
 */
class EndpointTests {

	@Test
	void runningOutOfMemoryIsToldWhateverTheContainerMakesOfIt() {
		OutOfMemoryError error = new OutOfMemoryError("Java heap space");
		Endpoint endpoint = Endpoint.get(Set.of(), (query, exchange) -> {
			throw error;
		});
		try (UncaughtErrors uncaught = UncaughtErrors.of(Thread.currentThread().getName())) {
			assertThatExceptionOfType(OutOfMemoryError.class)
				.isThrownBy(() -> endpoint.handleRequest(new MockHttpServletRequest("GET", "/any"),
						new MockHttpServletResponse()))
				.isSameAs(error);
			assertThat(uncaught.errors()).containsExactly(error);
		}
	}

}
