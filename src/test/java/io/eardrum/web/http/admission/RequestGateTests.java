package io.eardrum.web.http.admission;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.coyote.CloseNowException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.util.unit.DataSize;

import io.eardrum.address.ClientAddresses;
import io.eardrum.address.NetworkList;
import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapExhaustedException;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.budget.RequestEndedException;
import io.eardrum.web.event.RequestObserver;
import io.eardrum.web.http.problem.RequestProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link RequestGate} and {@link Visit}.
 */
class RequestGateTests {

	private static final ClientAddresses ADDRESSES = ClientAddresses.sharing(NetworkList.of(List.of("10.9.9.9")));

	private static final int MAX = 10;

	private final AtomicLong nanos = new AtomicLong();

	private final List<RequestObserver.Limit> told = new CopyOnWriteArrayList<>();

	private final Map<Visit, Connection> connections = new HashMap<>();

	private final HeapBudget heap = HeapBudget.ofThisProcess();

	private final RequestGate gate = new RequestGate(limits(4, 2), this.heap, this.told::add, ADDRESSES,
			this.nanos::get, new Turns(2));

	private static RequestLimits limits(int maxSlow, int maxSlowPerClient) {
		return new RequestLimits(Duration.ofSeconds(30), 1_000_000, MAX, maxSlow, maxSlowPerClient,
				DataSize.ofKilobytes(4), DataSize.ofKilobytes(64), DataSize.ofKilobytes(100), Duration.ofMinutes(10),
				Duration.ofSeconds(5));
	}

	@Test
	void requestsAreLetInWhileThereAreFewOfThem() {
		for (int i = 0; i < MAX; i++) {
			enter("10.0.0.1");
		}
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> enter("10.0.0.2"))
			.satisfies((problem) -> assertThat(problem.headers()).containsEntry("Retry-After", "1"))
			.satisfies((problem) -> assertThat(problem.limit()).isEqualTo(RequestObserver.Limit.CONCURRENCY))
			.withMessageContaining("eardrum.requests.max-concurrent");
		this.gate.leave(this.connections.keySet().iterator().next());
		assertThatNoException().isThrownBy(() -> enter("10.0.0.2"));
	}

	@Test
	void slowestOfTheAddressWithMostSlowOnesMakesRoom() throws IOException {
		List<Visit> busy = List.of(slow("10.0.0.1", 40_000), slow("10.0.0.1", 10_000), slow("10.0.0.1", 50_000));
		Visit other = slow("10.0.0.2", 100);
		for (int i = 0; i < MAX - 4; i++) {
			enter("10.0.0.3");
		}
		assertThatNoException().isThrownBy(() -> enter("10.0.0.4"));
		assertThat(connection(busy.get(1)).ended).isTrue();
		assertThat(this.connections.values()).filteredOn((connection) -> connection.ended).hasSize(1);
		assertThat(this.told).containsExactly(RequestObserver.Limit.SLOW_CLIENT);
		// Two of an address, and three in all, may be slow.
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> enter("10.0.0.4"));
		assertThat(connection(other).ended).isFalse();
	}

	@Test
	void slowOnesOfManyAddressesMakeRoomToo() throws IOException {
		for (int i = 0; i < MAX; i++) {
			slow("10.0.0." + i, 1000);
		}
		// Up to four, or half of all places, may stay.
		for (int i = 0; i < MAX - 4; i++) {
			enter("10.0.1.1");
		}
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> enter("10.0.1.1"));
		assertThat(this.connections.values()).filteredOn((connection) -> connection.ended).hasSize(MAX - 4);
	}

	@Test
	void clientsAtAnAddressThatStandsForManyAreNoneThatHasMost() throws IOException {
		for (int i = 0; i < 4; i++) {
			slow("10.9.9.9", 1000);
		}
		for (int i = 0; i < MAX - 4; i++) {
			enter("10.0.1.1");
		}
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> enter("10.0.1.1"));
		assertThat(this.connections.values()).noneMatch((connection) -> connection.ended);
	}

	@Test
	void addressesOfOneNetworkOfIpv6AreOneClient() throws IOException {
		for (int i = 0; i < 3; i++) {
			slow("2001:db8:0:1::" + i, 1000);
		}
		for (int i = 0; i < MAX - 3; i++) {
			enter("2001:db8:0:2::1");
		}
		assertThatNoException().isThrownBy(() -> enter("2001:db8:0:3::1"));
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> enter("2001:db8:0:3::1"));
	}

	@Test
	void threadThatIsInterruptedWaitsForNoPlace() throws IOException {
		for (int i = 0; i < MAX; i++) {
			slow("10.0.0.1", 1000);
		}
		// Each of them stays after it has been ended.
		this.connections.values().forEach((connection) -> connection.whenEnded = () -> {
		});
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> enter("10.0.0.2"))
			.satisfies((problem) -> assertThat(problem.limit()).isEqualTo(RequestObserver.Limit.CONCURRENCY));
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void requestOverNoConnectionIsLetIn() {
		Visit visit = this.gate.enter(new MockHttpServletRequest());
		this.nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
		assertThatNoException().isThrownBy(visit.budget()::check);
		visit.end(RequestObserver.Limit.MEMORY);
		assertThat(visit.isEnded()).isTrue();
	}

	@Test
	void gateIsTheFirstToStopAndCanStartAgain() {
		assertThat(this.gate.isRunning()).isFalse();
		this.gate.start();
		assertThat(this.gate.isRunning()).isTrue();
		assertThat(this.gate.getPhase()).isEqualTo(Integer.MAX_VALUE);
		assertThat(this.gate.isStopping()).isFalse();
		this.gate.stop();
		assertThat(this.gate.isRunning()).isFalse();
		this.nanos.addAndGet(TimeUnit.SECONDS.toNanos(6));
		assertThat(this.gate.isStopping()).isTrue();
		this.gate.start();
		assertThat(this.gate.isRunning()).isTrue();
		assertThat(this.gate.isStopping()).isFalse();
	}

	@Test
	void requestsThatWaitForTheirClientsAreEndedOnceTheirGraceIsOver() {
		AtomicLong looks = new AtomicLong();
		RequestGate stopping = new RequestGate(limits(4, 2), this.heap, this.told::add, ADDRESSES, () -> {
			looks.incrementAndGet();
			return this.nanos.get();
		}, new Turns(2));
		Visit visit = stopping.enter(new MockHttpServletRequest());
		visit.bodyRate().start();
		stopping.stop();
		long before = looks.get();
		Awaitility.await().until(() -> looks.get() > before + 1);
		assertThat(visit.isEnded()).isFalse();
		this.nanos.addAndGet(TimeUnit.SECONDS.toNanos(6));
		Awaitility.await().until(visit::isEnded);
		Awaitility.await().untilAsserted(() -> assertThat(this.told).containsExactly(RequestObserver.Limit.STOPPING));
	}

	@Test
	void requestEndsOnceItsClientHasLeft() {
		Visit visit = enter("10.0.0.1");
		connection(visit).left = true;
		// Who has just sent the request may have closed the half that sends.
		assertThatNoException().isThrownBy(visit.budget()::check);
		this.nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
		assertThatExceptionOfType(RequestEndedException.class).isThrownBy(visit.budget()::check)
			.satisfies((end) -> assertThat(end.reason()).isEqualTo(RequestEndedException.Reason.CLIENT_LEFT));
	}

	@Test
	void requestEndsOnceTheServerHasStoppedForAWhile() {
		this.gate.start();
		Visit visit = enter("10.0.0.1");
		visit.replyRate().start();
		this.gate.stop();
		assertThatNoException().isThrownBy(visit.budget()::check);
		assertThat(connection(visit).ended).isFalse();
		this.nanos.addAndGet(TimeUnit.SECONDS.toNanos(6));
		assertThatExceptionOfType(RequestEndedException.class).isThrownBy(visit.budget()::check)
			.satisfies((end) -> assertThat(end.reason()).isEqualTo(RequestEndedException.Reason.STOPPING));
		this.gate.endWaiting();
		assertThat(connection(visit).ended).isTrue();
		this.gate.leave(visit);
	}

	@Test
	void timeThatTheClientTakesIsNotTheRequests() throws IOException {
		Visit visit = enter("10.0.0.1");
		for (int i = 0; i < 20; i++) {
			waitFor(visit, 100_000, 5);
			visit.budget().work(900_000);
			visit.budget().check();
		}
		assertThatExceptionOfType(RequestEndedException.class).isThrownBy(() -> visit.budget().work(900_000));
	}

	@Test
	void clientThatHoldsMemoryIsEndedWhenOthersNeedIt() {
		HeapShare bodies = this.heap.share(HeapUse.BODIES);
		Visit visit = enter("10.0.0.1");
		visit.memory().reserveBody(bodies.maxBytes() - 10);
		visit.bodyRate().start();
		HeapBudget budget = this.heap;
		Visit other = enter("10.0.0.2");
		Connection connection = connection(visit);
		connection.whenEnded = () -> this.gate.leave(visit);
		// More than a second of a real clock goes by in it.
		assertThatNoException().isThrownBy(() -> other.memory().reserveBody(1000));
		assertThat(connection.ended).isTrue();
		assertThat(this.told).containsExactly(RequestObserver.Limit.MEMORY);
		assertThat(budget.share(HeapUse.BODIES).usedBytes()).isEqualTo(1000);
	}

	@Test
	void memoryThatThereNeverIsIsRefused() {
		Visit visit = enter("10.0.0.1");
		long bytes = this.heap.share(HeapUse.BODIES).maxBytes() + 1;
		assertThatExceptionOfType(HeapExhaustedException.class).isThrownBy(() -> visit.memory().reserveBody(bytes));
		assertThat(visit.memory().held()).isZero();
	}

	@Test
	void clientThatHoldsMemoryWhichIsTightHasToBeFast() throws IOException {
		HeapShare queries = this.heap.share(HeapUse.QUERIES);
		Visit holder = enter("10.0.0.1");
		holder.memory().reserve(1000);
		for (int i = 0; i < 100; i++) {
			waitFor(holder, 20_000, 1);
		}
		queries.force(queries.maxBytes() - 1000);
		assertThatExceptionOfType(CloseNowException.class).isThrownBy(() -> {
			for (int i = 0; i < 10; i++) {
				waitFor(holder, 20_000, 1);
			}
		});
		assertThat(this.told).containsExactly(RequestObserver.Limit.RATE);
		Visit fast = enter("10.0.0.1");
		fast.memory().reserve(0);
		for (int i = 0; i < 100; i++) {
			waitFor(fast, 70_000, 1);
		}
	}

	@Test
	void requestsThatComputeTakeTurns() throws Exception {
		List<Visit> computing = List.of(enter("10.0.0.1"), enter("10.0.0.1"));
		Visit last = enter("10.0.0.1");
		Visit waiting = enter("10.0.0.1");
		this.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
		computing.forEach((visit) -> visit.budget().check());
		CountDownLatch hadTurn = new CountDownLatch(2);
		for (Visit visit : List.of(last, waiting)) {
			Thread thread = new Thread(() -> {
				visit.budget().check();
				hadTurn.countDown();
			});
			thread.start();
			Awaitility.await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
		}
		// Turns that are not over yet go on.
		computing.get(0).budget().check();
		assertThat(hadTurn.getCount()).isEqualTo(2);
		computing.get(0).budget().waits();
		Awaitility.await().until(() -> hadTurn.getCount() == 1);
		this.gate.leave(computing.get(1));
		assertThat(hadTurn.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void requestsThatTakeAMomentOrWaitForTheirClientsTakeNoTurn() throws IOException {
		Turns none = new Turns(1);
		assertThat(none.begin(0)).isTrue();
		RequestGate busy = new RequestGate(limits(4, 2), this.heap, this.told::add, ADDRESSES, this.nanos::get, none);
		Visit visit = busy.enter(new MockHttpServletRequest());
		visit.budget().check();
		for (int i = 0; i < 10; i++) {
			this.nanos.addAndGet(TimeUnit.MICROSECONDS.toNanos(400));
			waitFor(visit, 100_000, 1);
			visit.budget().check();
		}
		// Nobody has waited for the one that there is.
		assertThat(none.areWaitedFor()).isFalse();
		none.end();
		this.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
		waitFor(visit, 100_000, 1);
		assertThat(none.begin(0)).isFalse();
		busy.leave(visit);
		assertThat(none.begin(0)).isTrue();
	}

	private Visit slow(String address, int bytes) throws IOException {
		Visit visit = enter(address);
		waitFor(visit, bytes, 3);
		return visit;
	}

	private void waitFor(Visit visit, int bytes, long seconds) throws IOException {
		visit.replyRate().start();
		this.nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
		visit.replyRate().stop(bytes);
	}

	private Connection connection(Visit visit) {
		return Objects.requireNonNull(this.connections.get(visit));
	}

	private Visit enter(String address) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.setRemoteAddr(address);
		Connection connection = new Connection();
		request.setAttribute(ClientConnection.ATTRIBUTE, connection);
		Visit visit = this.gate.enter(request);
		this.connections.put(visit, connection);
		connection.whenEnded = () -> this.gate.leave(visit);
		return visit;
	}

	/**
	 * A connection whose request leaves once it is ended.
	 */
	private static final class Connection implements ClientConnection {

		private boolean left;

		private boolean ended;

		private Runnable whenEnded = () -> {
		};

		@Override
		public boolean hasLeft() {
			return this.left;
		}

		@Override
		public void end() {
			this.ended = true;
			this.whenEnded.run();
		}

	}

}
