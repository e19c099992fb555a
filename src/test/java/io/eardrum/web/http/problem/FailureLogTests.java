package io.eardrum.web.http.problem;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import io.eardrum.fixture.CapturedLog;
import io.eardrum.web.http.Endpoint;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FailureLog}, and for how {@link Endpoint} asks it.
 */
class FailureLogTests {

	private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

	private final FailureLog log = new FailureLog(this.nanos::get);

	private static RuntimeException failure(String method) {
		RuntimeException failure = new IllegalStateException();
		failure.setStackTrace(new StackTraceElement[] { new StackTraceElement("Some", method, "Some.java", 1) });
		return failure;
	}

	@Test
	void eachCauseIsLoggedOnceInTenSeconds() {
		assertThat(this.log.permits(failure("a"))).isTrue();
		this.nanos.addAndGet(TimeUnit.SECONDS.toNanos(9));
		assertThat(this.log.permits(failure("a"))).isFalse();
		assertThat(this.log.permits(failure("b"))).isTrue();
		this.nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
		assertThat(this.log.permits(failure("a"))).isTrue();
		assertThat(this.log.permits(failure("b"))).isFalse();
	}

	@Test
	void failureWithoutATraceIsOneCause() {
		RuntimeException failure = new IllegalStateException();
		failure.setStackTrace(new StackTraceElement[0]);
		assertThat(this.log.permits(failure)).isTrue();
		assertThat(this.log.permits(failure)).isFalse();
		assertThat(this.log.permits(failure("a"))).isTrue();
	}

	@Test
	void causesThatAreToldApartAreBounded() {
		int logged = 0;
		for (int i = 0; i < 1000; i++) {
			logged += this.log.permits(failure("m" + i)) ? 1 : 0;
		}
		assertThat(logged).isEqualTo(100);
	}

	@Test
	void requestThatFailsAgainAndAgainIsLoggedOnce() throws IOException {
		try (CapturedLog output = CapturedLog.ofThisThread()) {
			Endpoint endpoint = Endpoint.get(Set.of(), (query, exchange) -> {
				throw new IllegalStateException("broken on purpose");
			});
			for (int i = 0; i < 5; i++) {
				MockHttpServletResponse response = new MockHttpServletResponse();
				endpoint.handleRequest(new MockHttpServletRequest("GET", "/api/some"), response);
				assertThat(response.getStatus()).isEqualTo(500);
			}
			assertThat(output.lines().filter((line) -> line.contains("IllegalStateException: broken on purpose")))
				.hasSize(1);
		}
	}

}
