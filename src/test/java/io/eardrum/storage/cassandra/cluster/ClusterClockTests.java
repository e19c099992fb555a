package io.eardrum.storage.cassandra.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.metadata.Node;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.fixture.CapturedLog;
import io.eardrum.fixture.MovableClock;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.table.Query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.ArgumentMatchers.isNull;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ClusterClock}.
 */
class ClusterClockTests {

	private static final Instant NOW = Instant.parse("2026-11-29T21:00:00Z");

	private final MovableClock server = new MovableClock(NOW);

	/** The time of the node that answers if no one is named, whatever the server's is. */
	private LongSupplier cluster = NOW::toEpochMilli;

	/** How long an answer takes. */
	private Duration roundTrip = Duration.ZERO;

	private long nanos = Long.MAX_VALUE;

	private final AtomicInteger asked = new AtomicInteger();

	private final ClusterSession session = mock(ClusterSession.class);

	private final List<Node> nodes = new ArrayList<>();

	private final ClusterClock clock = new ClusterClock(this.server, () -> this.nanos);

	private CapturedLog log;

	@BeforeEach
	void open() {
		this.log = CapturedLog.ofThisThread();
		given(this.session.connectedNodes()).willReturn(this.nodes);
		given(this.session.sendTo(isNull(), eq(Query.SELECT_NOW))).willAnswer((invocation) -> answer(this.cluster));
	}

	@AfterEach
	void close() {
		this.log.close();
	}

	// The clock of the node is read in the middle.
	private CompletionStage<AsyncResultSet> answer(LongSupplier time) {
		this.asked.incrementAndGet();
		run(this.roundTrip.dividedBy(2));
		Row row = mock(Row.class);
		long millis = time.getAsLong();
		given(row.getLong(0)).willReturn(millis);
		AsyncResultSet result = mock(AsyncResultSet.class);
		given(result.one()).willReturn(row);
		run(this.roundTrip.dividedBy(2));
		return CompletableFuture.completedFuture(result);
	}

	private void run(Duration time) {
		this.nanos += time.toNanos();
		this.server.jump(time);
	}

	private void addNode(Duration ahead) {
		Node node = mock(Node.class);
		this.nodes.add(node);
		given(this.session.sendTo(node, Query.SELECT_NOW))
			.willAnswer((invocation) -> answer(() -> NOW.plus(ahead).toEpochMilli()));
	}

	private void addBrokenNode() {
		Node node = mock(Node.class);
		this.nodes.add(node);
		given(this.session.sendTo(node, Query.SELECT_NOW))
			.willReturn(CompletableFuture.failedFuture(new IllegalStateException("as a test wants it")));
	}

	private void assertThatPointsAreTaken() {
		assertThatCode(this.clock::ensureAgrees).doesNotThrowAnyException();
		assertThat(this.clock.problem()).isNull();
	}

	private void assertThatPointsAreRefused() {
		assertThatExceptionOfType(StorageException.class).isThrownBy(this.clock::ensureAgrees)
			.withMessage(this.clock.problem());
	}

	@Test
	void saysNothingBeforeThereIsACluster() {
		assertThatPointsAreTaken();
		assertThat(this.clock.offsetMillis()).isZero();
	}

	@ParameterizedTest
	@ValueSource(longs = { -60_000, -1, 0, 60_000 })
	void clocksThatAreAMinuteApartAgree(long millis) {
		this.server.set(NOW.plusMillis(millis));
		this.clock.compare(this.session);
		assertThatPointsAreTaken();
		assertThat(this.clock.offsetMillis()).isEqualTo(millis);
		assertThat(this.log.text()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(longs = { -60_001, 60_001, 800 * 86_400_000L })
	void pointsAreRefusedByAServerWhoseClockIsFurtherOff(long millis) {
		this.server.set(NOW.plusMillis(millis));
		this.clock.compare(this.session);
		assertThatPointsAreRefused();
		assertThat(this.clock.problem()).contains(this.server.instant().toString(), NOW.toString());
		assertThat(this.clock.offsetMillis()).isEqualTo(millis);
	}

	@Test
	void itIsLoggedOnceAndOnceWhenItIsRightAgain() {
		this.server.set(NOW.plusSeconds(120));
		for (int i = 0; i < 3; i++) {
			this.clock.compareIfDue(this.session);
		}
		assertThat(this.asked.get()).as("without waiting for a minute").isEqualTo(3);
		assertThat(this.log.lines()).hasSize(1)
			.first()
			.asString()
			.startsWith(" ERROR ")
			.contains("2026-11-29T21:02:00Z", "2026-11-29T21:00:00Z");
		this.server.set(NOW.plusSeconds(57));
		this.clock.compareIfDue(this.session);
		assertThatPointsAreRefused();
		this.server.set(NOW.plusSeconds(55));
		assertThatPointsAreTaken();
		run(Duration.ofMinutes(1));
		this.cluster = () -> NOW.plusSeconds(60).toEpochMilli();
		for (int i = 0; i < 3; i++) {
			this.clock.compareIfDue(this.session);
		}
		assertThat(this.log.lines()).hasSize(2).last().asString().startsWith(" INFO ");
		this.server.set(NOW.plusSeconds(119));
		assertThatPointsAreTaken();
	}

	@Test
	void clockThatJumpsBetweenTwoComparisonsIsNoticedAtOnce() {
		this.clock.compare(this.session);
		run(Duration.ofSeconds(59));
		this.clock.compareIfDue(this.session);
		assertThat(this.asked.get()).isEqualTo(1);
		assertThatPointsAreTaken();
		this.server.jump(Duration.ofSeconds(61));
		assertThatPointsAreRefused();
		assertThat(this.clock.offsetMillis()).isEqualTo(61_000);
		this.server.jump(Duration.ofSeconds(-122));
		assertThatPointsAreRefused();
		this.server.jump(Duration.ofSeconds(61));
		assertThatPointsAreTaken();
	}

	@Test
	void runningTimeThatStoodStillIsPutRightByTheNextComparison() {
		this.clock.compare(this.session);
		// As on a machine that slept.
		this.server.set(NOW.plusSeconds(600));
		assertThatPointsAreRefused();
		this.cluster = () -> NOW.plusSeconds(600).toEpochMilli();
		this.clock.compareIfDue(this.session);
		assertThatPointsAreTaken();
		assertThat(this.log.text()).isEmpty();
	}

	@Test
	void clocksAreComparedOnceAMinute() {
		for (int i = 0; i < 25; i++) {
			this.clock.compareIfDue(this.session);
			run(Duration.ofSeconds(5));
			long passed = 5L * (i + 1);
			this.cluster = () -> NOW.plusSeconds(passed).toEpochMilli();
		}
		assertThat(this.asked.get()).isEqualTo(3);
		assertThat(this.clock.offsetMillis()).isZero();
	}

	@Test
	void halfOfTheRoundTripIsAllowedFor() {
		this.roundTrip = Duration.ofSeconds(20);
		this.server.set(NOW.plusSeconds(60));
		this.clock.compare(this.session);
		assertThat(this.clock.offsetMillis()).isEqualTo(70_000);
		assertThatPointsAreTaken();
		this.roundTrip = Duration.ofSeconds(10);
		this.server.set(NOW.plusSeconds(61));
		this.clock.compare(this.session);
		assertThatPointsAreRefused();
	}

	@Test
	void nodeWhoseClockIsWrongIsOutvoted() {
		this.cluster = () -> NOW.minusSeconds(3600).toEpochMilli();
		addNode(Duration.ofHours(-1));
		addNode(Duration.ofMillis(100));
		this.clock.compare(this.session);
		assertThat(this.clock.offsetMillis()).as("one against one").isEqualTo(-100);
		assertThatPointsAreTaken();
		addBrokenNode();
		addNode(Duration.ofMillis(-300));
		this.clock.compare(this.session);
		assertThat(this.clock.offsetMillis()).isEqualTo(300);
		addNode(Duration.ofHours(-2));
		addNode(Duration.ofHours(-2));
		addNode(Duration.ZERO);
		this.clock.compare(this.session);
		assertThat(this.clock.offsetMillis()).as("that of most; the last one is not asked").isEqualTo(3_600_000);
		assertThatPointsAreRefused();
	}

	@Test
	void whatWasKnownHoldsWhileNoNodeAnswers() {
		this.clock.compare(this.session);
		given(this.session.sendTo(isNull(), eq(Query.SELECT_NOW)))
			.willReturn(CompletableFuture.failedFuture(new IllegalStateException("as a test wants it")));
		run(Duration.ofHours(1));
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> this.clock.compareIfDue(this.session));
		assertThatPointsAreTaken();
		this.server.jump(Duration.ofSeconds(61));
		assertThatPointsAreRefused();
	}

}
