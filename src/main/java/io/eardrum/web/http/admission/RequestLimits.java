package io.eardrum.web.http.admission;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;

/**
 * The limits for HTTP requests.
 *
 * @param maxTime how long a request may take until its answer begins, and between two
 * parts of the answer
 * @param maxWork how much work a request may take in that time, in units; a unit is about
 * the work to look at a byte, so 100 to 1000 million units take a second
 * @param maxConcurrent how many requests are answered at once
 * @param maxSlow how many of these may wait for slow clients while other requests wait
 * for a place; by default half of maxConcurrent
 * @param maxSlowPerClient how many of the slow ones may come from one address, or from
 * one /64 network of IPv6
 * @param minRate how many bytes per second a client has to send or to take, on average,
 * once the server has waited 30 s for it
 * @param minRateWhenTight the same for a client for which memory is reserved, while other
 * requests lack memory
 * @param maxBody how many bytes a body of points may have, after decompression
 * @param maxBodyTime how long a body of points may take
 * @param shutdownGracePeriod how long requests may take to end when the server stops
 */
@ConfigurationProperties(prefix = "eardrum.requests", ignoreUnknownFields = false)
public record RequestLimits(@DefaultValue("30s") @DurationUnit(ChronoUnit.SECONDS) Duration maxTime,
		@DefaultValue("2000000000") long maxWork, @DefaultValue("100") int maxConcurrent, @Nullable Integer maxSlow,
		@DefaultValue("8") int maxSlowPerClient, @DefaultValue("4KB") DataSize minRate,
		@DefaultValue("64KB") DataSize minRateWhenTight, @DefaultValue("1GB") DataSize maxBody,
		@DefaultValue("1h") @DurationUnit(ChronoUnit.SECONDS) Duration maxBodyTime,
		@DefaultValue("5s") @DurationUnit(ChronoUnit.SECONDS) Duration shutdownGracePeriod) {

	private static final Duration MIN_TIME = Duration.ofSeconds(1);

	private static final Duration MAX_TIME = Duration.ofHours(1);

	private static final long MIN_WORK = 1_000_000;

	private static final int MAX_CONCURRENT = 1000;

	/**
	 * Checks the values.
	 * @throws InvalidConfigurationPropertyValueException if one is not as described
	 */
	public RequestLimits {
		between("max-time", maxTime, MIN_TIME, MAX_TIME, "1s to 1h");
		atLeast("max-work", maxWork, MIN_WORK);
		between("max-concurrent", maxConcurrent, 1, MAX_CONCURRENT, "1 to " + MAX_CONCURRENT);
		between("max-slow", (maxSlow != null) ? maxSlow : 1, 1, MAX_CONCURRENT, "1 to " + MAX_CONCURRENT);
		between("max-slow-per-client", maxSlowPerClient, 1, MAX_CONCURRENT, "1 to " + MAX_CONCURRENT);
		between("min-rate", minRate, DataSize.ofBytes(1), DataSize.ofMegabytes(1), "1B to 1MB");
		between("min-rate-when-tight", minRateWhenTight, DataSize.ofBytes(1), DataSize.ofMegabytes(100), "1B to 100MB");
		between("max-body", maxBody, DataSize.ofKilobytes(1), DataSize.ofTerabytes(1), "1KB to 1TB");
		between("max-body-time", maxBodyTime, MIN_TIME, Duration.ofDays(1), "1s to 1d");
		between("shutdown-grace-period", shutdownGracePeriod, Duration.ZERO, MAX_TIME, "0s to 1h");
	}

	/**
	 * Returns the limits without configuration.
	 * @return the defaults
	 */
	public static RequestLimits defaults() {
		return new RequestLimits(Duration.ofSeconds(30), 2_000_000_000, 100, null, 8, DataSize.ofKilobytes(4),
				DataSize.ofKilobytes(64), DataSize.ofGigabytes(1), Duration.ofHours(1), Duration.ofSeconds(5));
	}

	int maxSlowOrDefault() {
		return (this.maxSlow != null) ? this.maxSlow : (this.maxConcurrent + 1) / 2;
	}

	private static <T extends Comparable<T>> void between(String name, T value, T min, T max, String allowed) {
		if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
			throw new InvalidConfigurationPropertyValueException("eardrum.requests." + name, value,
					"It must be from " + allowed + ".");
		}
	}

	private static void atLeast(String name, long value, long min) {
		if (value < min) {
			throw new InvalidConfigurationPropertyValueException("eardrum.requests." + name, value,
					"It must be " + min + " or more.");
		}
	}

}
