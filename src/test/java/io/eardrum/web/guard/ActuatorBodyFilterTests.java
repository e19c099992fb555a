package io.eardrum.web.guard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.ServletException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ActuatorBodyFilter}.
 */
class ActuatorBodyFilterTests {

	private final ActuatorBodyFilter filter = new ActuatorBodyFilter("/actuator");

	private final MockFilterChain chain = new MockFilterChain();

	@ParameterizedTest
	@ValueSource(strings = { "application/json", "application/json;charset=UTF-8",
			"application/vnd.spring-boot.actuator.v3+json" })
	void jsonGoesOn(String type) throws Exception {
		assertThat(post(type, "{\"name\":\"a\"}").getStatus()).isEqualTo(200);
		assertThat(this.chain.getRequest()).isNotNull();
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "text/json", "application/xml", "application/jsonp", "nonsense" })
	void otherTypesAreRefused(@Nullable String type) throws Exception {
		MockHttpServletResponse response = post(type, "{\"name\":\"a\"}");
		assertThat(response.getStatus()).isEqualTo(415);
		assertThat(response.getContentAsString()).contains("application/json");
		assertThat(this.chain.getRequest()).isNull();
	}

	@Test
	void requestWithoutABodyNeedsNoType() throws Exception {
		assertThat(post(null, "").getStatus()).isEqualTo(200);
		assertThat(this.chain.getRequest()).isNotNull();
	}

	private MockHttpServletResponse post(@Nullable String type, String body) throws ServletException, IOException {
		MockHttpServletRequest request = new MockHttpServletRequest("POST", "/actuator/backup");
		request.setServletPath("/actuator/backup");
		request.setContentType(type);
		request.setContent(body.getBytes(StandardCharsets.UTF_8));
		MockHttpServletResponse response = new MockHttpServletResponse();
		this.filter.doFilter(request, response, this.chain);
		return response;
	}

}
