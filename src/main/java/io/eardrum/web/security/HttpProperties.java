package io.eardrum.web.security;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.ConstructorBinding;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DataSizeUnit;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;
import org.springframework.util.unit.DataUnit;

import io.eardrum.address.ClientAddresses;

/**
 * The properties that say who may use the HTTP port, and under which host names.
 *
 * @param user the name of the only user, without colons; if it is empty, no password is
 * needed
 * @param password the user's password in plain text, or {@code {bcrypt}} and its hash; a
 * password that itself starts with a word in braces needs {@code {noop}} before it
 * @param hosts the host names by which the HTTP port is reached, besides localhost and IP
 * addresses; requests for others are refused. {@code *} stands for all names. If it is
 * empty, no other name is accepted while the port listens on a loopback address only, and
 * any name otherwise
 * @param headTimeout how long the head of a request may take, 100ms to 10m, counted from
 * when the client has connected or has been answered; after that its connection is closed
 * @param minRate how many bytes per second a client has to take of the page and of
 * Actuator's answers, on average after ten seconds, 1B to 1MB
 * @param maxFailedLogins how many requests with a wrong password are checked per second,
 * of all clients together, 1 to 10000
 * @param maxFailedLoginsPerAddress the same for each address, 1 to 10000, after its first
 * five
 */
@ConfigurationProperties(prefix = "eardrum.http", ignoreUnknownFields = false)
public record HttpProperties(@DefaultValue("") String user, @DefaultValue("") String password,
		@DefaultValue List<String> hosts, @DefaultValue("10s") @DurationUnit(ChronoUnit.SECONDS) Duration headTimeout,
		@DefaultValue("16KB") @DataSizeUnit(DataUnit.BYTES) DataSize minRate, @DefaultValue("10") int maxFailedLogins,
		@DefaultValue("1") int maxFailedLoginsPerAddress) {

	private static final Duration MIN_HEAD_TIMEOUT = Duration.ofMillis(100);

	private static final Duration MAX_HEAD_TIMEOUT = Duration.ofMinutes(10);

	private static final DataSize MAX_MIN_RATE = DataSize.ofMegabytes(1);

	private static final int MAX_RATE = 10_000;

	/** Stands for all host names. */
	public static final String ANY_HOST = "*";

	private static final Pattern HOST = Pattern.compile("\\*|[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");

	/** How Spring Security marks the encoding of a password. */
	private static final Pattern ENCODING = Pattern.compile("\\{([A-Za-z0-9@._-]*)}(.*)");

	private static final Pattern HASH = Pattern.compile("\\$2[aby]?\\$(\\d\\d)\\$[./A-Za-z0-9]{53}");

	/** One check takes about a second at this cost. */
	private static final int MAX_COST = 14;

	private static final int MIN_COST = 4;

	/**
	 * Checks the values.
	 * @throws InvalidConfigurationPropertyValueException if one is not as described
	 */
	@ConstructorBinding
	public HttpProperties {
		if (user.indexOf(':') >= 0 || Credentials.hasControls(user) || (!user.isEmpty() && user.isBlank())) {
			throw new InvalidConfigurationPropertyValueException("eardrum.http.user", user,
					"It must be a name without colons and control characters.");
		}
		if (user.isEmpty() != password.isEmpty()) {
			throw user.isEmpty()
					? new InvalidConfigurationPropertyValueException("eardrum.http.user", user,
							"It must not be empty while eardrum.http.password has a value: set both or neither.")
					: wrongPassword("It must not be empty while eardrum.http.user has a value: set both or neither.");
		}
		checkPassword(password);
		if (headTimeout.compareTo(MIN_HEAD_TIMEOUT) < 0 || headTimeout.compareTo(MAX_HEAD_TIMEOUT) > 0) {
			throw new InvalidConfigurationPropertyValueException("eardrum.http.head-timeout",
					DurationStyle.SIMPLE.print(headTimeout), "It must be from 100ms to 10m.");
		}
		if (minRate.toBytes() < 1 || minRate.compareTo(MAX_MIN_RATE) > 0) {
			throw new InvalidConfigurationPropertyValueException("eardrum.http.min-rate", minRate,
					"It must be from 1B to 1MB.");
		}
		checkRate("max-failed-logins", maxFailedLogins);
		checkRate("max-failed-logins-per-address", maxFailedLoginsPerAddress);
		// Drops empty entries, because compose files make lists of variables that may be
		// empty.
		hosts = hosts.stream().map(String::strip).filter((host) -> !host.isEmpty()).toList();
		for (String host : hosts) {
			if (!HOST.matcher(host).matches()) {
				throw new InvalidConfigurationPropertyValueException("eardrum.http.hosts", host,
						"It must be host names such as metrics.example, without scheme, port and path, or * for all. "
								+ "IP addresses and localhost need not be named.");
			}
		}
	}

	/**
	 * Creates properties with the default limits.
	 * @param user the name of the only user
	 * @param password the user's password
	 * @param hosts the host names
	 */
	public HttpProperties(String user, String password, List<String> hosts) {
		this(user, password, hosts, Duration.ofSeconds(10), DataSize.ofKilobytes(16), 10, 1);
	}

	private static void checkRate(String name, int rate) {
		if (rate < 1 || rate > MAX_RATE) {
			throw new InvalidConfigurationPropertyValueException("eardrum.http." + name, rate,
					"It must be from 1 to " + MAX_RATE + ".");
		}
	}

	/**
	 * Returns whether requests have to bring a password.
	 * @return whether there is one
	 */
	public boolean hasPassword() {
		return !this.password.isEmpty();
	}

	/**
	 * Creates the credentials that check the requests.
	 * @param addresses distinguishes clients
	 * @return the credentials
	 */
	Credentials credentials(ClientAddresses addresses) {
		FailedLogins failures = new FailedLogins(this.maxFailedLogins, this.maxFailedLoginsPerAddress,
				System::nanoTime);
		Matcher encoding = ENCODING.matcher(this.password);
		if (!encoding.matches()) {
			return Credentials.ofPassword(this.user, this.password, failures, addresses);
		}
		return encoding.group(1).equals("bcrypt")
				? Credentials.ofHash(this.user, encoding.group(2), failures, addresses)
				: Credentials.ofPassword(this.user, encoding.group(2), failures, addresses);
	}

	private static void checkPassword(String password) {
		if (Credentials.hasControls(password)) {
			throw wrongPassword("It must not have control characters, such as a line end.");
		}
		Matcher encoding = ENCODING.matcher(password);
		if (!encoding.matches()) {
			return;
		}
		switch (encoding.group(1)) {
			case "bcrypt" -> {
				Matcher hash = HASH.matcher(encoding.group(2));
				if (!hash.matches() || Integer.parseInt(hash.group(1)) < MIN_COST
						|| Integer.parseInt(hash.group(1)) > MAX_COST) {
					throw wrongPassword("After {bcrypt} there must be a hash such as $2a$10$ and 53 characters, with "
							+ "a cost (the 10) from " + MIN_COST + " to " + MAX_COST + ".");
				}
			}
			case "noop" -> {
				if (encoding.group(2).isEmpty()) {
					throw wrongPassword("After {noop} there must be the password.");
				}
			}
			default -> throw wrongPassword("It must be a password, {bcrypt} and its hash, or {noop} and a password "
					+ "that starts with a word in braces.");
		}
	}

	private static InvalidConfigurationPropertyValueException wrongPassword(String reason) {
		return new InvalidConfigurationPropertyValueException("eardrum.http.password", "", reason);
	}

	@Override
	public String toString() {
		return "HttpProperties[user=" + this.user + ", hosts=" + this.hosts + "]";
	}

}
