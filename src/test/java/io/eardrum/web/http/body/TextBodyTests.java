package io.eardrum.web.http.body;

import java.io.ByteArrayInputStream;
import java.io.IOException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpStatus;

import io.eardrum.web.http.problem.RequestProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link TextBody}.
 */
class TextBodyTests {

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 100 })
	void gzipDataIsNoText(int piece) {
		byte[] content = { 0x1F, (byte) 0x8B, 8, 0 };
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> {
			try (TextBody body = new TextBody(new ByteArrayInputStream(content), "It is compressed.")) {
				byte[] buffer = new byte[piece];
				while (body.read(buffer, 0, piece) > 0) {
					assertThat(buffer[0]).isEqualTo((byte) 0x1F);
				}
			}
		})
			.withMessage("It is compressed.")
			.satisfies((problem) -> assertThat(problem.status()).isEqualTo(HttpStatus.UNSUPPORTED_MEDIA_TYPE));
	}

	@Test
	void everythingElseGoesThrough() throws IOException {
		for (byte[] content : new byte[][] { {}, { 0x1F }, { 0x1F, 1, 0x1F, (byte) 0x8B }, { 'a', 0x1F, (byte) 0x8B },
				{ 'a' } }) {
			try (TextBody body = new TextBody(new ByteArrayInputStream(content), "")) {
				assertThat(body.readAllBytes()).isEqualTo(content);
			}
			try (TextBody body = new TextBody(new ByteArrayInputStream(content), "")) {
				for (byte each : content) {
					assertThat(body.read()).isEqualTo(each & 0xFF);
				}
				assertThat(body.read()).isNegative();
			}
		}
	}

}
