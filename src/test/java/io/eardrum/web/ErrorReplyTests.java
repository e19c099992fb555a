package io.eardrum.web;

import java.io.IOException;

import jakarta.servlet.RequestDispatcher;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ErrorReply}.
 */
class ErrorReplyTests {

	private final MockHttpServletRequest request = new MockHttpServletRequest("PUT", "/error");

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	@Test
	void whoAsksForItFindsNothing() throws IOException {
		assertThat(reply(null, 404)).contains("There is nothing at this path.");
	}

	@Test
	void statusThatNobodyKnowsIsAFailure() throws IOException {
		assertThat(reply(999, 500)).contains("The log of the server may say why.");
	}

	@Test
	void methodIsNamedWithThoseThatThereAre() throws IOException {
		this.response.setHeader(HttpHeaders.ALLOW, "GET,HEAD");
		this.request.setAttribute(RequestDispatcher.ERROR_METHOD, "POST");
		assertThat(reply(405, 405)).contains("POST is not supported here; there are GET, HEAD.");
	}

	@Test
	void methodIsThatOfTheRequestIfNoOtherIsKnown() throws IOException {
		assertThat(reply(405, 405)).contains("PUT is not supported here.");
	}

	@Test
	void formatsAndTypesAreExplained() throws IOException {
		assertThat(reply(406, 406)).contains("the header Accept");
		this.response.reset();
		assertThat(reply(415, 415)).contains("Content-Type: application/json");
		this.response.reset();
		assertThat(reply(400, 400)).contains("can't be understood");
	}

	private String reply(@Nullable Integer code, int status) throws IOException {
		this.request.setAttribute(RequestDispatcher.ERROR_STATUS_CODE, code);
		new ErrorReply().reply(this.request, this.response);
		assertThat(this.response.getStatus()).isEqualTo(status);
		assertThat(this.response.getContentType()).startsWith("application/problem+json");
		return this.response.getContentAsString();
	}

}
