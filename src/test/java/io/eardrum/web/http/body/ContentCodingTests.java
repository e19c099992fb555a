package io.eardrum.web.http.body;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpStatus;
import org.springframework.mock.web.MockHttpServletRequest;

import io.eardrum.web.http.problem.RequestProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ContentCoding}.
 */
class ContentCodingTests {

	@Test
	void bodyWithoutTheHeaderIsNotCompressed() {
		assertThat(ContentCoding.of(request())).isEqualTo(ContentCoding.IDENTITY);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "identity", "Identity", ",", " identity , identity" })
	void whatSaysNothingIsNoCoding(String header) {
		assertThat(ContentCoding.of(request(header))).isEqualTo(ContentCoding.IDENTITY);
	}

	@ParameterizedTest
	@ValueSource(strings = { "gzip", "GZip", "x-gzip", " gzip ", "identity,gzip", "gzip,," })
	void gzipIsKnown(String header) {
		assertThat(ContentCoding.of(request(header))).isEqualTo(ContentCoding.GZIP);
		assertThat(ContentCoding.of(request("identity", header))).isEqualTo(ContentCoding.GZIP);
	}

	@ParameterizedTest
	@ValueSource(strings = { "br", "deflate", "gzip, gzip", "gzip;q=1", "g zip" })
	void othersAreRefused(String header) {
		assertThatIsRefused(header);
		assertThatIsRefused("gzip", header);
	}

	@Test
	void gzipInTwoHeadersIsTwice() {
		assertThatIsRefused("gzip", "gzip");
	}

	private static void assertThatIsRefused(String... headers) {
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> ContentCoding.of(request(headers)))
			.satisfies((problem) -> assertThat(problem.status()).isEqualTo(HttpStatus.UNSUPPORTED_MEDIA_TYPE))
			.satisfies((problem) -> assertThat(problem.headers()).containsEntry("Accept-Encoding", "gzip, identity"));
	}

	private static MockHttpServletRequest request(String... headers) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		for (String header : headers) {
			request.addHeader("Content-Encoding", header);
		}
		return request;
	}

}
