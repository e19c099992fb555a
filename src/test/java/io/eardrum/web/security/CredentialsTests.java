package io.eardrum.web.security;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class CredentialsTests {

	/** Made of {@code tea at 5} by another implementation, that of the C library. */
	private static final String HASH = "$2y$05$abcdefghijklmnopqrstuuC33NnuaKMJcw6uC2dPJCvRz3usjKo4e";

	@ParameterizedTest
	@ValueSource(strings = { "tea at 5", "{noop}tea at 5", "{bcrypt}" + HASH })
	void rightPasswordIsTakenAndEveryOtherRefused(String password) {
		Credentials credentials = new HttpProperties("ada", password, List.of()).credentials();
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
		Credentials credentials = new HttpProperties("ada", "{noop}{tea}", List.of()).credentials();
		assertThat(credentials.authenticate(request("ada", "{tea}")).isAuthenticated()).isTrue();
		assertThatIsRefused(credentials, "ada", "{noop}{tea}");
	}

	@Test
	void onlyTheFirst72BytesAreHashedSoMoreAreRefused() {
		String password = "a".repeat(72);
		Credentials credentials = Credentials.ofHash("ada", new BCryptPasswordEncoder(4).encode(password));
		assertThatIsRefused(credentials, "ada", password + "b");
		assertThat(credentials.authenticate(request("ada", password)).isAuthenticated()).isTrue();
		assertThatIsRefused(credentials, "ada", password + "b");
	}

	@ParameterizedTest
	@CsvSource({ "ä, ö", "ada, 'p:a:s:s'", "' a ', ' '" })
	void charactersAreTakenAsTheyAre(String user, String password) {
		Credentials credentials = new HttpProperties(user, password, List.of()).credentials();
		assertThat(credentials.authenticate(request(user, password)).isAuthenticated()).isTrue();
		assertThatIsRefused(credentials, user, password + " ");
	}

	@Test
	void hashIsAskedNoMoreOnceThePasswordIsKnown() {
		// It takes about a second to ask it once.
		Credentials credentials = Credentials.ofHash("ada", new BCryptPasswordEncoder(14).encode("tea"));
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
		Credentials credentials = Credentials.ofHash("ada", new BCryptPasswordEncoder(12).encode("tea"));
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
