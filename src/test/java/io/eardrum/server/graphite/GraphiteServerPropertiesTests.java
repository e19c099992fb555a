package io.eardrum.server.graphite;

import java.time.Clock;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import io.eardrum.server.TcpServerProperties;
import io.eardrum.server.gateway.PortSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class GraphiteServerPropertiesTests {

	@Test
	void hasNoPortByDefault() {
		GraphiteServerProperties properties = bind(Map.of());
		assertThat(properties.host()).isNull();
		assertThat(properties.port()).isEmpty();
	}

	@Test
	void anEmptyPortIsNone() {
		assertThat(bind(Map.of("eardrum.graphite.port", "")).port()).isEmpty();
	}

	@Test
	void listensWhereTheTcpPortDoesUnlessToldOtherwise() {
		TcpServerProperties tcp = tcp(Map.of("eardrum.tcp.host", "127.0.0.2"));
		PortSettings settings = bind(Map.of("eardrum.graphite.port", "2003")).portSettings(tcp, Clock.systemUTC());
		assertThat(settings.host()).isEqualTo("127.0.0.2");
		assertThat(settings.hostProperty()).isEqualTo("eardrum.tcp.host");
		assertThat(settings.port()).isEqualTo(2003);
		assertThat(settings.answering()).isFalse();
		settings = bind(Map.of("eardrum.graphite.port", "0", "eardrum.graphite.host", "127.0.0.3")).portSettings(tcp,
				Clock.systemUTC());
		assertThat(settings.host()).isEqualTo("127.0.0.3");
		assertThat(settings.hostProperty()).isEqualTo("eardrum.graphite.host");
	}

	@Test
	void hasTheLimitsOfTheTcpPort() {
		TcpServerProperties tcp = tcp(
				Map.of("eardrum.tcp.max-line-length", "100B", "eardrum.tcp.max-key-length", "50B"));
		PortSettings settings = bind(Map.of("eardrum.graphite.port", "0")).portSettings(tcp, Clock.systemUTC());
		assertThat(settings.maxLineLength()).isEqualTo(100);
	}

	@ParameterizedTest
	@CsvSource({ "port,-1,0 to 65535", "port,65536,0 to 65535", "port,off,0 to 65535", "host,' ',IP address" })
	void saysWhatIsAllowed(String name, String value, String allowed) {
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind(Map.of("eardrum.graphite." + name, value)))
			.havingRootCause()
			.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (ex) -> {
				assertThat(ex.getName()).isEqualTo("eardrum.graphite." + name);
				assertThat(ex.getReason()).contains(allowed);
			});
	}

	private static GraphiteServerProperties bind(Map<String, String> values) {
		return new Binder(new MapConfigurationPropertySource(values)).bindOrCreate("eardrum.graphite",
				GraphiteServerProperties.class);
	}

	private static TcpServerProperties tcp(Map<String, String> values) {
		return new Binder(new MapConfigurationPropertySource(values)).bindOrCreate("eardrum.tcp",
				TcpServerProperties.class);
	}

}
