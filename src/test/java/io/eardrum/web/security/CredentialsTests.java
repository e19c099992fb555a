package io.eardrum.web.security;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.web.authentication.WebAuthenticationDetails;
import org.springframework.util.unit.DataSize;

import io.eardrum.address.ClientAddresses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class CredentialsTests {

	/** Made of {@code tea at 5} by another implementation, that of the C library. */
	private static final String HASH = "$2y$05$abcdefghijklmnopqrstuuC33NnuaKMJcw6uC2dPJCvRz3usjKo4e";

	@ParameterizedTest
	@ValueSource(strings = { "tea at 5", "{noop}tea at 5", "{bcrypt}" + HASH })
	void rightPasswordIsTakenAndEveryOtherRefused(String password) {
		Credentials credentials = credentials("ada", password);
		for (int i = 0; i < 2; i++) {
			assertThatIsRefused(credentials, "ada", "tea at 6");
			assertThatIsRefused(credentials, "ada", "");
			assertThatIsRefused(credentials, "", "tea at 5");
			assertThatIsRefused(credentials, "bob", "tea at 5");
			assertThatIsRefused(credentials, "adat", "ea at 5");
			assertThatIsRefused(credentials, "ADA", "tea at 5");
			assertThatIsRefused(credentials, "ada", password + "!");
			// For bcrypt it would be the same.
			assertThatIsRefused(credentials, "ada", "tea at 5\0tea at 5");
			Authentication user = credentials.authenticate(request("ada", "tea at 5"));
			assertThat(user.isAuthenticated()).isTrue();
			assertThat(user.getName()).isEqualTo("ada");
			assertThat(user.getCredentials()).isNull();
		}
	}

	@Test
	void whatStartsWithAWordInBracesCanBeAPassword() {
		Credentials credentials = credentials("ada", "{noop}{tea}");
		assertThat(credentials.authenticate(request("ada", "{tea}")).isAuthenticated()).isTrue();
		assertThatIsRefused(credentials, "ada", "{noop}{tea}");
	}

	@Test
	void onlyTheFirst72BytesAreHashedSoMoreAreRefused() {
		String password = "a".repeat(72);
		Credentials credentials = credentials("ada", "{bcrypt}" + new BCryptPasswordEncoder(4).encode(password));
		assertThatIsRefused(credentials, "ada", password + "b");
		assertThat(credentials.authenticate(request("ada", password)).isAuthenticated()).isTrue();
		assertThatIsRefused(credentials, "ada", password + "b");
	}

	@ParameterizedTest
	@CsvSource({ "ä, ö", "ada, 'p:a:s:s'", "' a ', ' '" })
	void charactersAreTakenAsTheyAre(String user, String password) {
		Credentials credentials = credentials(user, password);
		assertThat(credentials.authenticate(request(user, password)).isAuthenticated()).isTrue();
		assertThatIsRefused(credentials, user, password + " ");
	}

	@Test
	void hashIsAskedNoMoreOnceThePasswordIsKnown() {
		// It takes about a second to ask it once.
		Credentials credentials = credentials("ada", "{bcrypt}" + new BCryptPasswordEncoder(14).encode("tea"));
		credentials.authenticate(request("ada", "tea"));
		assertThat(Duration.ofNanos(nanosOf(() -> {
			for (int i = 0; i < 1000; i++) {
				credentials.authenticate(request("ada", "tea"));
				assertThatIsRefused(credentials, "ada", "tea" + i);
			}
		}))).isLessThan(Duration.ofSeconds(20));
	}

	@Test
	void fewWaitForTheHashAndTheOthersAreTurnedAway() throws Exception {
		Credentials credentials = credentials("ada", "{bcrypt}" + new BCryptPasswordEncoder(12).encode("tea"));
		int count = 40;
		ExecutorService threads = Executors.newFixedThreadPool(count);
		try {
			CountDownLatch start = new CountDownLatch(1);
			List<Future<Boolean>> attempts = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				attempts.add(threads.submit(() -> {
					start.await();
					try {
						credentials.authenticate(request("ada", "coffee"));
						throw new AssertionError("taken");
					}
					catch (BadCredentialsException ex) {
						return true;
					}
					catch (TooManyAttemptsException ex) {
						return false;
					}
				}));
			}
			start.countDown();
			int asked = 0;
			for (Future<Boolean> attempt : attempts) {
				asked += attempt.get() ? 1 : 0;
			}
			assertThat(asked).isBetween(1, count / 2);
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(credentials.authenticate(request("ada", "tea")).isAuthenticated()).isTrue();
	}

	@Test
	void propertiesDoNotShowThePassword() {
		assertThat(new HttpProperties("ada", "tea", List.of()).toString()).contains("ada").doesNotContain("tea");
	}

	@Test
	void whoIsRightIsNeverRefusedForWhatOthersTry() {
		AtomicLong now = new AtomicLong();
		Credentials credentials = Credentials.ofPassword("ada", "tea", new FailedLogins(10, 1, now::get),
				ClientAddresses.distinct());
		for (int i = 0; i < 100; i++) {
			assertThat(outcome(credentials, "coffee" + i, "10.0.0.1")).isEqualTo((i < 5) ? "wrong" : "too many");
			assertThat(outcome(credentials, "tea", "10.0.0.1")).isEqualTo("right");
		}
		for (int i = 0; i < 20; i++) {
			assertThat(outcome(credentials, "coffee", "10.0.1." + i)).isEqualTo((i < 5) ? "wrong" : "too many");
			assertThat(outcome(credentials, "tea", "10.0.1." + i)).isEqualTo("right");
		}
		now.addAndGet(Duration.ofSeconds(1).toNanos());
		assertThat(outcome(credentials, "coffee", "10.0.0.1")).isEqualTo("wrong");
		assertThat(outcome(credentials, "coffee", "10.0.0.1")).isEqualTo("too many");
	}

	@Test
	void whoTriesManyPasswordsKeepsNobodyElseFromTheHash() {
		Credentials credentials = Credentials.ofHash("ada", HASH, new FailedLogins(10, 1, () -> 0),
				ClientAddresses.distinct());
		for (int i = 0; i < 100; i++) {
			outcome(credentials, "coffee", "10.0." + i + ".1");
			outcome(credentials, "coffee", "10.0.0.1");
		}
		assertThat(outcome(credentials, "tea at 5", "10.0.0.1")).isEqualTo("too many");
		assertThat(outcome(credentials, "tea at 5", "10.1.0.1")).isEqualTo("right");
		assertThat(outcome(credentials, "tea at 5", "10.0.0.1")).isEqualTo("right");
	}

	private static String outcome(Credentials credentials, String password, String address) {
		UsernamePasswordAuthenticationToken request = UsernamePasswordAuthenticationToken.unauthenticated("ada",
				password);
		request.setDetails(new WebAuthenticationDetails(address, null));
		try {
			credentials.authenticate(request);
			return "right";
		}
		catch (BadCredentialsException ex) {
			return "wrong";
		}
		catch (TooManyAttemptsException ex) {
			return "too many";
		}
	}

	private static Credentials credentials(String user, String password) {
		return new HttpProperties(user, password, List.of(), Duration.ofSeconds(10), DataSize.ofKilobytes(16), 10_000,
				10_000)
			.credentials(ClientAddresses.distinct());
	}

	private static long nanosOf(Runnable action) {
		long start = System.nanoTime();
		action.run();
		return System.nanoTime() - start;
	}

	private static void assertThatIsRefused(Credentials credentials, String user, String password) {
		assertThatExceptionOfType(BadCredentialsException.class)
			.isThrownBy(() -> credentials.authenticate(request(user, password)));
	}

	private static Authentication request(String user, String password) {
		return UsernamePasswordAuthenticationToken.unauthenticated(user, password);
	}

}
