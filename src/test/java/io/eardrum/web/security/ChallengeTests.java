package io.eardrum.web.security;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import io.eardrum.web.event.HttpRefusal;

import static org.assertj.core.api.Assertions.assertThat;

class ChallengeTests {

	@Test
	void whoComesAfterTooManyWrongPasswordsIsToldToTryAgain() throws Exception {
		List<HttpRefusal> refusals = new ArrayList<>();
		MockHttpServletResponse response = new MockHttpServletResponse();
		new Challenge(new RefusalLog("with a wrong user", System::nanoTime), refusals::add)
			.commence(new MockHttpServletRequest("GET", "/api/series"), response, new TooManyAttemptsException());
		assertThat(response.getStatus()).isEqualTo(429);
		assertThat(refusals).containsExactly(HttpRefusal.PASSWORD);
		assertThat(response.getHeader("Connection")).isEqualTo("close");
		assertThat(response.getHeader("Retry-After")).isEqualTo("1");
		assertThat(response.getContentType()).isEqualTo("application/problem+json");
		assertThat(response.getHeader("WWW-Authenticate")).as("nobody has to log in anew").isNull();
	}

}
