package io.eardrum.web.http.admission;

import java.util.HashMap;
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
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link RequestLimits}.
 */
class RequestLimitsTests {

	@Test
	void defaultsAreThoseOfAnEmptyConfiguration() {
		assertThat(bind(Map.of())).isEqualTo(RequestLimits.defaults());
	}

	@Test
	void halfOfAllMayBeSlowUnlessItIsConfigured() {
		assertThat(bind(Map.of("max-concurrent", "1")).maxSlowOrDefault()).isEqualTo(1);
		assertThat(bind(Map.of("max-concurrent", "7")).maxSlowOrDefault()).isEqualTo(4);
		assertThat(bind(Map.of("max-concurrent", "8")).maxSlowOrDefault()).isEqualTo(4);
		assertThat(bind(Map.of("max-concurrent", "8", "max-slow", "6")).maxSlowOrDefault()).isEqualTo(6);
	}

	@ParameterizedTest
	@CsvSource({ "max-time,1s,1h,999ms,3601s", "max-concurrent,1,1000,0,1001", "max-slow,1,1000,0,1001",
			"max-slow-per-client,1,1000,0,1001", "min-rate,1B,1MB,0B,1048577B", "min-rate-when-tight,1B,100MB,0B,101MB",
			"max-body,1KB,1TB,1023B,1025GB", "max-body-time,1s,1d,999ms,25h", "shutdown-grace-period,0s,1h,-1s,61m" })
	void valuesAreWithinTheirBounds(String name, String min, String max, String tooSmall, String tooLarge) {
		assertThatNoException().isThrownBy(() -> bind(Map.of(name, min)));
		assertThatNoException().isThrownBy(() -> bind(Map.of(name, max)));
		assertThatIsRefused(name, tooSmall, "It must be from " + min + " to " + max + ".");
		assertThatIsRefused(name, tooLarge, "It must be from " + min + " to " + max + ".");
	}

	@Test
	void workHasALowerBound() {
		assertThat(bind(Map.of("max-work", "1000000")).maxWork()).isEqualTo(1_000_000);
		assertThatIsRefused("max-work", "999999", "It must be 1000000 or more.");
	}

	private static void assertThatIsRefused(String name, String value, String reason) {
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind(Map.of(name, value)))
			.havingRootCause()
			.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (problem) -> {
				assertThat(problem.getName()).isEqualTo("eardrum.requests." + name);
				assertThat(problem.getReason()).isEqualTo(reason);
			});
	}

	private static RequestLimits bind(Map<String, String> values) {
		Map<String, String> properties = new HashMap<>();
		values.forEach((name, value) -> properties.put("eardrum.requests." + name, value));
		return new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("eardrum.requests",
				RequestLimits.class);
	}

}
