package io.eardrum.web.http.admission;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.http.HttpStatus;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.util.unit.DataSize;

import io.eardrum.address.ClientAddresses;
import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.RequestEndedException;
import io.eardrum.web.event.RequestObserver;
import io.eardrum.web.http.body.MinimumDataRate;
import io.eardrum.web.http.problem.RequestProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link Visit}: its turns among those that compute, what ends it, and its
 * body.
 */
@Timeout(60)
class VisitTests {

	private static final RequestLimits LIMITS = new RequestLimits(Duration.ofSeconds(30), 1_000_000, 10, 4, 2,
			DataSize.ofKilobytes(4), DataSize.ofKilobytes(64), DataSize.ofKilobytes(1), Duration.ofMinutes(10),
			Duration.ofSeconds(5));

	private final AtomicLong nanos = new AtomicLong();

	/** How often somebody has looked at the clock. */
	private final AtomicLong looks = new AtomicLong();

	private final List<RequestObserver.Limit> told = new ArrayList<>();

	private final Turns turns = new Turns(1);

	private final RequestGate gate = new RequestGate(LIMITS, HeapBudget.ofThisProcess(), this.told::add,
			ClientAddresses.distinct(), this::nanoTime, this.turns);

	private final AtomicBoolean left = new AtomicBoolean();

	private final AtomicBoolean ended = new AtomicBoolean();

	@Test
	void turnThatIsOverGoesToWhoWaitsForIt() throws Exception {
		Visit first = enter();
		Visit second = enter();
		pass(10);
		first.budget().check();
		Thread waiting = new Thread(second.budget()::check);
		waiting.start();
		Awaitility.await().until(this.turns::areWaitedFor);
		pass(20);
		first.budget().check();
		assertThat(this.turns.areWaitedFor()).isTrue();
		pass(1);
		Thread again = new Thread(first.budget()::check);
		again.start();
		// The first one gives its turn away and waits behind the second one.
		waiting.join();
		Awaitility.await().until(this.turns::areWaitedFor);
		this.gate.leave(second);
		again.join();
		assertThat(this.turns.begin(0)).isFalse();
		this.gate.leave(first);
		assertThat(this.turns.begin(0)).isTrue();
	}

	@Test
	void turnGoesOnWhileNobodyWaitsForIt() {
		Visit visit = enter();
		pass(10);
		visit.budget().check();
		pass(1000);
		visit.budget().check();
		assertThat(this.turns.begin(0)).isFalse();
	}

	@Test
	void clientThatLeavesWaitsForNoTurn() {
		assertThat(this.turns.begin(0)).isTrue();
		Visit visit = enter();
		this.left.set(true);
		pass(10);
		// It is looked for a client four times a second only.
		letTimePassWhileATurnIsAwaited(300);
		assertThatExceptionOfType(RequestEndedException.class).isThrownBy(visit.budget()::check)
			.satisfies((end) -> assertThat(end.reason()).isEqualTo(RequestEndedException.Reason.CLIENT_LEFT));
	}

	@Test
	void nobodyWaitsForATurnLongerThanARequestMayTake() {
		assertThat(this.turns.begin(0)).isTrue();
		Visit visit = enter();
		pass(10);
		new Thread(() -> {
			Awaitility.await().until(this.turns::areWaitedFor);
			// It waits on after it has looked.
			long before = this.looks.get();
			Awaitility.await().until(() -> this.looks.get() > before);
			Awaitility.await().until(this.turns::areWaitedFor);
			pass(LIMITS.maxTime().toMillis());
		}).start();
		assertThatNoException().isThrownBy(visit.budget()::check);
		assertThatExceptionOfType(RequestEndedException.class).isThrownBy(visit.budget()::check)
			.satisfies((end) -> assertThat(end.reason()).isEqualTo(RequestEndedException.Reason.TIME));
	}

	@Test
	void nobodyWaitsForATurnOnceTheServerStops() {
		assertThat(this.turns.begin(0)).isTrue();
		Visit visit = enter();
		pass(10);
		Thread stopping = new Thread(() -> {
			Awaitility.await().until(this.turns::areWaitedFor);
			this.gate.stop();
			pass(6000);
		});
		stopping.start();
		assertThatNoException().isThrownBy(visit.budget()::check);
		assertThatExceptionOfType(RequestEndedException.class).isThrownBy(visit.budget()::check)
			.satisfies((end) -> assertThat(end.reason()).isEqualTo(RequestEndedException.Reason.STOPPING));
		this.gate.leave(visit);
	}

	@Test
	void whoHasWaitedForAClientThatTookNothingWaitsForNoTurn() throws IOException {
		Visit visit = enter();
		visit.replyRate().start();
		pass(10);
		visit.replyRate().stop(0);
		assertThat(this.turns.begin(0)).isTrue();
		this.turns.end();
		// Nor is a body computed when it has come.
		visit.bodyRate().start();
		visit.bodyRate().stop(100);
		assertThat(this.turns.begin(0)).isTrue();
	}

	@Test
	void threadThatIsInterruptedGetsNoTurn() {
		assertThat(this.turns.begin(0)).isTrue();
		Thread.currentThread().interrupt();
		assertThat(this.turns.begin(1_000_000)).isFalse();
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void requestThatWasEndedEndsAtItsNextLook() {
		Visit visit = enter();
		visit.end(RequestObserver.Limit.MEMORY);
		assertThat(this.ended).isTrue();
		assertThat(visit.isEnded()).isTrue();
		assertThat(visit.isSlow()).isFalse();
		assertThatExceptionOfType(RequestEndedException.class).isThrownBy(visit.budget()::check)
			.satisfies((end) -> assertThat(end.reason()).isEqualTo(RequestEndedException.Reason.CLIENT_LEFT));
		assertThat(this.told).containsExactly(RequestObserver.Limit.MEMORY);
	}

	@Test
	void requestThatWasEndedIsNotSlowAnyMore() throws IOException {
		Visit visit = enter();
		visit.replyRate().start();
		pass(3000);
		assertThat(visit.isSlow()).isTrue();
		visit.end(RequestObserver.Limit.SLOW_CLIENT);
		assertThat(visit.isSlow()).isFalse();
	}

	@Test
	void onlyRequestsThatWaitForTheirClientAreEndedAtAStop() {
		Visit computing = enter();
		this.gate.endWaiting();
		assertThat(computing.isEnded()).isFalse();
		for (MinimumDataRate rate : List.of(computing.bodyRate(), enter().replyRate())) {
			rate.start();
		}
		this.gate.endWaiting();
		this.gate.endWaiting();
		// Each of them once.
		assertThat(this.told).containsExactly(RequestObserver.Limit.STOPPING, RequestObserver.Limit.STOPPING);
	}

	@Test
	void bodyIsBoundedInItsLength() throws IOException {
		assertThat(body("x".repeat(1024)).readAllBytes()).hasSize(1024);
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> body("x".repeat(1025)).readAllBytes())
			.withMessageContaining("eardrum.requests.max-body)")
			.satisfies((problem) -> assertThat(problem.status()).isEqualTo(HttpStatus.CONTENT_TOO_LARGE))
			.satisfies((problem) -> assertThat(problem.limit()).isEqualTo(RequestObserver.Limit.BODY));
	}

	@Test
	void bodyIsBoundedInItsTime() throws IOException {
		InputStream body = body("\u00ff\u0001x");
		assertThat(body.read()).isEqualTo(0xC3);
		pass(LIMITS.maxBodyTime().toMillis());
		assertThat(body.read()).isEqualTo(0xBF);
		pass(1);
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(body::read)
			.withMessageContaining("A body takes at most 600 s (eardrum.requests.max-body-time).")
			.satisfies((problem) -> assertThat(problem.status()).isEqualTo(HttpStatus.REQUEST_TIMEOUT))
			.satisfies((problem) -> assertThat(problem.limit()).isEqualTo(RequestObserver.Limit.BODY));
	}

	@Test
	void bodyThatIsReadByteByByteEnds() throws IOException {
		InputStream body = body("x");
		assertThat(body.read(new byte[0])).isZero();
		assertThat(body.read()).isEqualTo('x');
		assertThat(body.read()).isEqualTo(-1);
	}

	private InputStream body(String content) throws IOException {
		MockHttpServletRequest request = new MockHttpServletRequest("POST", "/any");
		request.setContent(content.getBytes(StandardCharsets.UTF_8));
		return enter().body(request);
	}

	private Visit enter() {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.setAttribute(ClientConnection.ATTRIBUTE, new ClientConnection() {

			@Override
			public boolean hasLeft() {
				return VisitTests.this.left.get();
			}

			@Override
			public void end() {
				VisitTests.this.ended.set(true);
			}

		});
		return this.gate.enter(request);
	}

	private long nanoTime() {
		this.looks.incrementAndGet();
		return this.nanos.get();
	}

	private void pass(long millis) {
		this.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
	}

	private void letTimePassWhileATurnIsAwaited(long millis) {
		new Thread(() -> {
			Awaitility.await().until(this.turns::areWaitedFor);
			pass(millis);
		}).start();
	}

}
