package io.eardrum.web.guard;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import io.eardrum.web.http.admission.FirstTurns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link AdmissionFilter}, with as many threads as there may be.
 */
@Timeout(60)
class AdmissionFilterTests {

	private static final int AT_ONCE = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

	private static final int CLIENTS = 3 * AT_ONCE;

	private static final Set<Thread.State> WAITING = EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

	private final AdmissionFilter filter = new AdmissionFilter(2 * CLIENTS, "/actuator/health", (reason) -> {
	});

	private final CountDownLatch end = new CountDownLatch(1);

	private final AtomicInteger atWork = new AtomicInteger();

	@ParameterizedTest
	@ValueSource(strings = { "/version", "/actuator/prometheus", "/", "/not/there" })
	void fewRequestsAreWorkedOnAtOnceAndHealthIsToldBesideThem(String path) throws Exception {
		List<Thread> clients = clients(path, (request, response) -> {
			this.atWork.incrementAndGet();
			await();
		});
		assertThat(this.atWork).hasValue(AT_ONCE);
		CountDownLatch told = new CountDownLatch(1);
		this.filter.doFilter(request("GET", "/actuator/health/liveness"), new MockHttpServletResponse(),
				(request, response) -> told.countDown());
		assertThat(told.getCount()).isZero();
		end(clients);
		assertThat(this.atWork).hasValue(CLIENTS);
	}

	@Test
	void fewAskForHealthAtOnce() throws Exception {
		AtomicInteger most = new AtomicInteger();
		List<Thread> clients = new ArrayList<>();
		for (int i = 0; i < CLIENTS; i++) {
			clients.add(start("GET", "/actuator/health", (request, response) -> {
				most.accumulateAndGet(this.atWork.incrementAndGet(), Math::max);
				LockSupport.parkNanos(1000);
				this.atWork.decrementAndGet();
			}));
		}
		end(clients);
		assertThat(most.get()).isBetween(1, AT_ONCE);
	}

	@Test
	void requestThatWaitsLetsOthersBeWorkedOn() throws Exception {
		List<Thread> clients = clients("/version", (request, response) -> {
			FirstTurns.end(request);
			FirstTurns.end(request);
			this.atWork.incrementAndGet();
			await();
		});
		assertThat(this.atWork).hasValue(CLIENTS);
		end(clients);
		this.end.countDown();
		List<Thread> next = clients("/version", (request, response) -> this.atWork.decrementAndGet());
		end(next);
		assertThat(this.atWork).hasValue(0);
	}

	@Test
	void backupsThatTakeTheirTimeLetOthersBeWorkedOn() throws Exception {
		List<Thread> clients = clients("POST", "/actuator/backup", (request, response) -> {
			this.atWork.incrementAndGet();
			await();
		});
		assertThat(this.atWork).hasValue(CLIENTS);
		end(clients);
	}

	@Test
	void requestWhoseTurnDoesNotComeIsRefused() throws Exception {
		List<Thread> clients = clients("/version", (request, response) -> await());
		MockHttpServletResponse refused = new MockHttpServletResponse();
		// So it waits no more.
		Thread.currentThread().interrupt();
		this.filter.doFilter(request("GET", "/version"), refused, (request, response) -> this.atWork.incrementAndGet());
		assertThat(Thread.interrupted()).isTrue();
		assertThat(refused.getStatus()).isEqualTo(503);
		assertThat(refused.getHeader("Retry-After")).isEqualTo("1");
		assertThat(this.atWork).hasValue(0);
		end(clients);
	}

	@Test
	void failureIsHiddenOnlyIfTheContainerHasAnsweredIt() throws Exception {
		IOException failure = new IOException("the disk is gone");
		FilterChain failing = (request, response) -> {
			throw failure;
		};
		assertThatIOException()
			.isThrownBy(() -> this.filter.doFilter(request("GET", "/version"), new MockHttpServletResponse(), failing))
			.isSameAs(failure);
		MockHttpServletRequest answered = request("POST", "/version");
		answered.setAttribute(RequestDispatcher.ERROR_EXCEPTION, failure);
		this.filter.doFilter(answered, new MockHttpServletResponse(), failing);
		assertThat(answered.getAttribute(RequestDispatcher.ERROR_EXCEPTION)).isNull();
	}

	// All of them wait for something, or have ended.
	private List<Thread> clients(String path, FilterChain chain) {
		return clients("GET", path, chain);
	}

	private List<Thread> clients(String method, String path, FilterChain chain) {
		List<Thread> clients = new ArrayList<>();
		for (int i = 0; i < CLIENTS; i++) {
			clients.add(start(method, path, chain));
		}
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.pollInterval(Duration.ofMillis(5))
			.until(() -> clients.stream()
				.allMatch((client) -> !client.isAlive() || WAITING.contains(client.getState())));
		return clients;
	}

	private Thread start(String method, String path, FilterChain chain) {
		Thread client = new Thread(() -> {
			try {
				this.filter.doFilter(request(method, path), new MockHttpServletResponse(), chain);
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		});
		client.setDaemon(true);
		client.start();
		return client;
	}

	private void end(List<Thread> clients) throws InterruptedException {
		this.end.countDown();
		for (Thread client : clients) {
			client.join();
		}
	}

	private void await() {
		try {
			this.end.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static MockHttpServletRequest request(String method, String path) {
		MockHttpServletRequest request = new MockHttpServletRequest(method, path);
		request.setServletPath(path);
		return request;
	}

}
