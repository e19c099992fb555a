package io.eardrum.web.security;

import java.util.ArrayList;
import java.util.List;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.BadCredentialsException;

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
		assertThat(JsonPath.<String>read(response.getContentAsString(), "$.message")).startsWith("Too many wrong");
	}

	@Test
	void grafanaShowsThatThePasswordIsWrong() throws Exception {
		MockHttpServletResponse response = new MockHttpServletResponse();
		new Challenge(new RefusalLog("with a wrong user", System::nanoTime), (refusal) -> {
		}).commence(new MockHttpServletRequest("GET", "/render"), response, new BadCredentialsException("wrong"));
		assertThat(response.getStatus()).isEqualTo(401);
		String json = response.getContentAsString();
		assertThat(JsonPath.<String>read(json, "$.message")).isEqualTo(JsonPath.<String>read(json, "$.detail"));
	}

}
