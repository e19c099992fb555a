package io.eardrum.server;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class TcpServerPropertiesTests {

	@Test
	void hasTheDefaultsThatAreDocumented() {
		TcpServerProperties properties = bind(Map.of());
		assertThat(properties.host()).isEqualTo("127.0.0.1");
		assertThat(properties.port()).isEqualTo(8888);
		assertThat(properties.maxConnections()).isEqualTo(10_000);
		assertThat(properties.limits().maxLineLength()).isEqualTo(4096);
		assertThat(properties.limits().maxKeyLength()).isEqualTo(512);
		assertThat(properties.writeTimeout()).isEqualTo(Duration.ofSeconds(30));
		assertThat(properties.idleTimeout()).isZero();
		assertThat(properties.shutdownGracePeriod()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void takesPlainNumbersForSecondsAndBytes() {
		TcpServerProperties properties = bind(
				Map.of("eardrum.tcp.write-timeout", "5", "eardrum.tcp.max-line-length", "8192"));
		assertThat(properties.writeTimeout()).isEqualTo(Duration.ofSeconds(5));
		assertThat(properties.limits().maxLineLength()).isEqualTo(8192);
	}

	@ParameterizedTest
	@CsvSource({ "port,-1,0 to 65535", "port,65536,0 to 65535", "max-connections,0,from 1 to 1000000",
			"max-connections,1000001,from 1 to 1000000", "max-line-length,63B,64B to 1MB",
			"max-line-length,2MB,64B to 1MB", "max-key-length,0B,at least 1B", "max-key-length,4081B,16B shorter",
			"write-timeout,0s,10ms to 1d", "write-timeout,-1s,10ms to 1d", "idle-timeout,-1s,0 (never) to 365d",
			"shutdown-grace-period,2h,0 to 1h", "host,'',IP address" })
	void saysWhatIsAllowed(String name, String value, String allowed) {
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind(Map.of("eardrum.tcp." + name, value)))
			.havingRootCause()
			.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (ex) -> {
				assertThat(ex.getName()).isEqualTo("eardrum.tcp." + name);
				assertThat(ex.getReason()).contains(allowed);
			});
	}

	@Test
	void linesAreNoLongerThanAnEighthOfTheMemoryForThoseThatAreUnfinished() {
		TcpServerProperties properties = bind(Map.of("eardrum.tcp.max-line-length", "8192B"));
		properties.requireRoomForLines(8 * 8192);
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> properties.requireRoomForLines(8 * 8192 - 1))
			.satisfies((ex) -> {
				assertThat(ex.getName()).isEqualTo("eardrum.tcp.max-line-length");
				assertThat(ex.getReason()).contains("eardrum.heap.connections").contains("8191B");
			});
	}

	@Test
	void blankBundleIsNone() {
		assertThat(bind(Map.of("eardrum.tcp.ssl.bundle", " ")).ssl().bundle()).isNull();
	}

	private static TcpServerProperties bind(Map<String, String> values) {
		return new Binder(new MapConfigurationPropertySource(values)).bindOrCreate("eardrum.tcp",
				TcpServerProperties.class);
	}

}
