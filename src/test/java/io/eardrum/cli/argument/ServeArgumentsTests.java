package io.eardrum.cli.argument;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link ServeArguments}.
 */
class ServeArgumentsTests {

	@Test
	void shortOptionsStandForProperties() {
		ServeArguments arguments = ServeArguments.of("--port", "9999", "--host=0.0.0.0", "--http-port=0", "--data",
				"/x", "--http-host", "::1", "--graphite-port=2003", "--profile", "docker");
		assertThat(arguments.toArray()).containsExactly("--eardrum.tcp.port=9999", "--eardrum.tcp.host=0.0.0.0",
				"--server.port=0", "--eardrum.storage.path=/x", "--server.address=::1", "--eardrum.graphite.port=2003",
				"--spring.profiles.active=docker");
		assertThat(arguments.check()).isFalse();
	}

	@Test
	void propertiesStayAsTheyAre() {
		ServeArguments arguments = ServeArguments.of("--eardrum.tcp.port=1", "--check", "--debug", "--trace",
				"--spring.main.lazy-initialization");
		assertThat(arguments.properties())
			.isEqualTo(List.of("--eardrum.tcp.port=1", "--debug", "--trace", "--spring.main.lazy-initialization"));
		assertThat(arguments.check()).isTrue();
		assertThat(ServeArguments.of().properties()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "--prot,did you mean --port?", "--cehck,did you mean --check?", "9999,properties such as",
			"eardrum.tcp.port=1,--check", "-p,is no argument", "--eardrum,is no argument", "--.x=1,is no argument",
			"--check=yes,is no argument", "--port,needs a value", "--data,needs a value" })
	void othersAreRefused(String argument, String message) {
		assertThatIllegalArgumentException().isThrownBy(() -> ServeArguments.of(argument))
			.withMessageContaining(message);
	}

	@Test
	void optionIsNotTheValueOfAnother() {
		assertThatIllegalArgumentException().isThrownBy(() -> ServeArguments.of("--port", "--host=a"))
			.withMessage("--port needs a value, as in --port=VALUE");
	}

}
