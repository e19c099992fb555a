package io.eardrum.web;

import java.util.Objects;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.web.server.PortInUseException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HttpPortFailureAnalyzer}.
 */
class HttpPortFailureAnalyzerTests {

	@ParameterizedTest
	@CsvSource({ "8080,SERVER_PORT=8081.", "65535,SERVER_PORT=65534." })
	void anotherPortIsProposed(int port, String expected) {
		FailureAnalysis analysis = Objects
			.requireNonNull(new HttpPortFailureAnalyzer().analyze(new PortInUseException(port)));
		assertThat(analysis.getDescription()).contains("port " + port);
		assertThat(analysis.getAction()).contains("server.port").endsWith(expected);
	}

}
