package io.eardrum.web.security;

import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;

class ChallengeTests {

	@Test
	void whoComesWhileTooManyPasswordsAreCheckedIsToldToTryAgain() throws Exception {
		MockHttpServletResponse response = new MockHttpServletResponse();
		new Challenge(new RefusalLog("with a wrong user", System::nanoTime))
			.commence(new MockHttpServletRequest("GET", "/api/series"), response, new TooManyAttemptsException());
		assertThat(response.getStatus()).isEqualTo(429);
		assertThat(response.getHeader("Retry-After")).isEqualTo("1");
		assertThat(response.getContentType()).isEqualTo("application/problem+json");
		assertThat(response.getHeader("WWW-Authenticate")).as("nobody has to log in anew").isNull();
	}

}
