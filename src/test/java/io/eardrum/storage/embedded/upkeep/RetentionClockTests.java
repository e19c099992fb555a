package io.eardrum.storage.embedded.upkeep;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.fixture.CapturedLog;
import io.eardrum.fixture.MovableClock;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;
import io.eardrum.storage.embedded.rocksdb.StoreMetadata;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.BDDMockito.willCallRealMethod;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.spy;

/**
 * Tests for {@link RetentionClock}.
 */
class RetentionClockTests {

	private static final long NOW = 1_800_000_000;

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final Duration HOUR = Duration.ofHours(1);

	private static final Duration DAY = Duration.ofDays(1);

	private static final Duration TOO_FAR = Duration.ofDays(800);

	@TempDir
	Path directory;

	private final MovableClock time = new MovableClock(NOW);

	private CapturedLog log;

	private StoreOpener store;

	private Database database;

	private RetentionClock clock;

	@BeforeEach
	void open() {
		this.log = CapturedLog.ofThisThread();
		this.store = new StoreOpener(
				EmbeddedStorageSettings.of(this.directory.resolve("store")).withFsync(Fsync.NEVER));
		this.database = this.store.database();
		this.clock = start(true);
	}

	@AfterEach
	void close() {
		this.store.close();
		this.log.close();
	}

	private RetentionClock start(boolean empty) {
		return start(empty, false, true);
	}

	private RetentionClock start(boolean empty, boolean accept, boolean limited) {
		RetentionClock started = new RetentionClock(this.database, this.time, this.time::nanos, limited);
		started.start(empty, accept, true);
		return started;
	}

	/**
	 * Ends the life of the clock in order, and begins another one.
	 * @param off how long the process is not there
	 */
	private void restart(Duration off) {
		this.clock.save();
		this.time.jump(off);
		this.clock = start(false);
	}

	/**
	 * Lets time pass, and has the clock looked at as often as the store does.
	 * @param duration how much time
	 */
	private void run(Duration duration) {
		for (Duration left = duration; !left.isZero();) {
			Duration step = (left.compareTo(MINUTE) > 0) ? MINUTE : left;
			this.time.run(step);
			this.clock.look();
			left = left.minus(step);
		}
	}

	private void jump(Duration duration) {
		this.time.jump(duration);
		this.clock.look();
	}

	private void assertThatTheClockIsBelieved() {
		assertThat(this.clock.seconds()).isEqualTo(this.time.now());
		assertThat(this.clock.look()).isEqualTo(this.time.now());
		assertThat(this.clock.seconds()).isEqualTo(this.time.now());
		assertThat(this.clock.held()).isNull();
		assertThat(this.clock.jumpSeconds()).isZero();
	}

	private void assertThatTheClockIsAheadBy(Duration jump) {
		long own = this.time.now() - jump.toSeconds();
		assertThat(this.clock.seconds()).isEqualTo(own);
		assertThat(this.clock.look()).isEqualTo(own);
		assertThat(this.clock.seconds()).isEqualTo(own);
		assertThat(this.clock.held()).isNotNull();
		assertThat(this.clock.jumpSeconds()).isEqualTo(jump.toSeconds());
	}

	@Test
	void goesWithTheClock() {
		assertThatTheClockIsBelieved();
		this.time.run(Duration.ofDays(1000));
		assertThatTheClockIsBelieved();
		this.time.jump(HOUR);
		assertThatTheClockIsBelieved();
		this.time.jump(HOUR);
		assertThatTheClockIsBelieved();
	}

	@Test
	void clockThatIsBehindIsBelievedAtOnceAndCanComeBack() {
		jump(TOO_FAR.negated());
		assertThatTheClockIsBelieved();
		run(DAY);
		assertThatTheClockIsBelieved();
		restart(HOUR);
		assertThatTheClockIsBelieved();
		jump(TOO_FAR);
		assertThatTheClockIsBelieved();
	}

	@Test
	void clockThatJumpsIsNotBelieved() {
		jump(TOO_FAR);
		assertThatTheClockIsAheadBy(TOO_FAR);
		run(HOUR);
		assertThatTheClockIsAheadBy(TOO_FAR);
		assertThat(this.clock.held()).isEqualTo(
				"retention goes by 2027-01-15T09:00:00Z, because the clock is 800 days ahead; it is believed once it has run "
						+ "evenly for 23 hours");
		jump(TOO_FAR.negated());
		assertThatTheClockIsBelieved();
		assertThat(this.log.text()).containsOnlyOnce("800 days ahead of the time that has passed")
			.containsOnlyOnce("The clock agrees again");
	}

	@Test
	void clockThatIsMoreThanADayAheadIsBelievedAfterADayOfRunning() {
		restart(Duration.ofDays(400));
		assertThatTheClockIsAheadBy(Duration.ofDays(400));
		run(Duration.ofHours(15));
		restart(MINUTE);
		assertThatTheClockIsAheadBy(Duration.ofDays(400).plus(MINUTE));
		run(Duration.ofHours(9).minus(MINUTE));
		assertThatTheClockIsAheadBy(Duration.ofDays(400).plus(MINUTE));
		run(MINUTE);
		assertThatTheClockIsBelieved();
		assertThat(this.log.text()).contains("400 days ahead of the time that has passed")
			.containsOnlyOnce("The clock has run evenly");
		restart(Duration.ZERO);
		assertThatTheClockIsBelieved();
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT1H1S", "P1D" })
	void clockThatIsADayAheadAtMostIsBelievedAfterAnHour(Duration off) {
		restart(off);
		assertThatTheClockIsAheadBy(off);
		run(HOUR.minusSeconds(1));
		assertThatTheClockIsAheadBy(off);
		run(Duration.ofSeconds(1));
		assertThatTheClockIsBelieved();
	}

	@Test
	void timeBetweenTwoLooksCountsHoweverLongItIs() {
		jump(TOO_FAR);
		this.time.run(DAY);
		this.clock.look();
		assertThatTheClockIsBelieved();
	}

	@Test
	void clockThatJumpsOnceMoreBeginsAnew() {
		jump(TOO_FAR);
		run(Duration.ofHours(23));
		jump(Duration.ofDays(2));
		run(Duration.ofHours(23));
		assertThatTheClockIsAheadBy(TOO_FAR.plusDays(2));
		jump(Duration.ofHours(-2));
		run(Duration.ofHours(23));
		assertThatTheClockIsAheadBy(TOO_FAR.plusHours(46));
		run(HOUR);
		assertThatTheClockIsBelieved();
	}

	@Test
	void clockThatIsSetOrSleepsForANightHasToGoOnForAnotherHour() {
		jump(TOO_FAR);
		run(Duration.ofHours(23).plusMinutes(50));
		jump(Duration.ofMinutes(-2));
		run(HOUR.minus(MINUTE));
		assertThatTheClockIsAheadBy(TOO_FAR.minusMinutes(2));
		restart(Duration.ofHours(16));
		run(HOUR.minus(MINUTE));
		assertThatTheClockIsAheadBy(TOO_FAR.minusMinutes(2).plusHours(16));
		run(MINUTE);
		assertThatTheClockIsBelieved();
	}

	@Test
	void clockThatNeverGoesOnEvenlyIsNeverBelieved() {
		jump(TOO_FAR);
		for (int i = 0; i < 100; i++) {
			run(Duration.ofMinutes(59));
			jump(Duration.ofMinutes(5));
		}
		assertThatTheClockIsAheadBy(TOO_FAR.plusMinutes(500));
	}

	@Test
	void clockThatRunsTwiceAsFastIsNotBelieved() {
		jump(TOO_FAR);
		for (int i = 0; i < 48 * 60; i++) {
			jump(MINUTE);
			run(MINUTE);
		}
		assertThatTheClockIsAheadBy(TOO_FAR.plusHours(48));
	}

	@Test
	void machineThatIsOffForTheWeekendAndEveryNightIsBelievedAfterThreeDays() {
		restart(Duration.ofHours(64));
		for (int day = 0; day < 2; day++) {
			run(Duration.ofHours(8));
			restart(Duration.ofHours(16));
		}
		assertThatTheClockIsAheadBy(Duration.ofDays(4));
		run(Duration.ofHours(8));
		assertThatTheClockIsBelieved();
	}

	@Test
	void restartInTheMiddleOfAnHourDoesNotBeginAnew() {
		restart(Duration.ofHours(10));
		for (int i = 0; i < 6; i++) {
			run(Duration.ofMinutes(10));
			restart(MINUTE);
		}
		assertThatTheClockIsBelieved();
	}

	@Test
	void jumpIsAcceptedWhereThatIsAskedFor() {
		this.clock.save();
		this.time.jump(TOO_FAR);
		this.clock = start(false, true, true);
		assertThatTheClockIsBelieved();
		assertThat(this.log.text()).containsOnlyOnce("because of eardrum.storage.retention-jump=accept")
			.contains("2029-03-25T08:00:00Z");
		jump(TOO_FAR);
		assertThatTheClockIsAheadBy(TOO_FAR);
		restart(Duration.ZERO);
		assertThatTheClockIsAheadBy(TOO_FAR);
		jump(TOO_FAR.negated());
		this.clock = start(false, true, true);
		assertThatTheClockIsBelieved();
		jump(TOO_FAR.negated());
		this.clock = start(false, true, true);
		jump(TOO_FAR);
		assertThatTheClockIsBelieved();
	}

	@Test
	void storeThatSaysNoTimeIsAnOldOneUnlessItIsEmpty() {
		forget();
		this.clock = start(false);
		assertThatTheClockIsUnknown();
		assertThat(this.clock.held()).contains("does not say").endsWith(" for 24 hours");
		run(Duration.ofHours(12));
		restart(MINUTE);
		assertThatTheClockIsUnknown();
		run(Duration.ofHours(12).minus(MINUTE));
		assertThatTheClockIsUnknown();
		run(MINUTE);
		assertThatTheClockIsBelieved();
		assertThat(this.log.text()).contains("was left by an earlier version");
		forget();
		this.clock = start(true);
		assertThatTheClockIsBelieved();
		forget();
		this.clock = start(false, true, true);
		assertThatTheClockIsBelieved();
	}

	private void assertThatTheClockIsUnknown() {
		assertThat(this.clock.seconds()).isNegative();
		assertThat(this.clock.look()).isNegative();
		assertThat(this.clock.jumpSeconds()).as("no alert for an upgrade").isZero();
	}

	// As a store of an earlier version, which has series.
	private void forget() {
		EncodedWriteBatch batch = new EncodedWriteBatch(100);
		for (String entry : List.of("retention-time", "clock-ahead", "clock-doubt")) {
			batch.delete(ColumnFamily.META, entry.getBytes(StandardCharsets.US_ASCII));
		}
		this.database.write(batch, false);
	}

	@Test
	void whatIsNotedIsOfTheLastFiveMinutes() {
		long writes = this.database.writes();
		for (int i = 0; i < 299; i++) {
			this.time.run(Duration.ofSeconds(1));
			this.clock.look();
			this.clock.saveIfDue();
		}
		assertThat(this.database.writes()).isEqualTo(writes);
		this.time.run(Duration.ofSeconds(1));
		this.clock.saveIfDue();
		assertThat(StoreMetadata.RETENTION_TIME.read(this.database, 0)).isEqualTo(NOW + 300);
		jump(TOO_FAR);
		this.clock.saveIfDue();
		assertThat(StoreMetadata.CLOCK_AHEAD.read(this.database, 0)).isEqualTo(TOO_FAR.toSeconds());
		assertThat(StoreMetadata.CLOCK_DOUBT.read(this.database, 0)).isEqualTo(DAY.toSeconds());
		assertThat(StoreMetadata.RETENTION_TIME.read(this.database, 0)).isEqualTo(NOW + 300);
	}

	@Test
	void storeOpensOnADiskThatTakesNothingAndTheTimeIsNotedLater() {
		this.store.close();
		this.store = new StoreOpener(
				EmbeddedStorageSettings.of(this.directory.resolve("other")).withFsync(Fsync.NEVER));
		this.database = spy(this.store.database());
		willThrow(new StorageException("the disk is full")).given(this.database).write(any(), anyBoolean());
		this.clock = start(true);
		assertThatTheClockIsBelieved();
		assertThat(this.log.text()).contains("the disk is full");
		willCallRealMethod().given(this.database).write(any(), anyBoolean());
		this.clock.saveIfDue();
		assertThat(StoreMetadata.RETENTION_TIME.read(this.database, 0)).isEqualTo(NOW);
	}

	@Test
	void timePassesWithoutAWordWhereNothingIsRemoved() {
		this.clock = start(false, false, false);
		run(Duration.ofHours(10));
		jump(TOO_FAR);
		run(MINUTE);
		assertThat(this.clock.held()).isNull();
		assertThat(this.clock.jumpSeconds()).isZero();
		assertThat(this.log.text()).doesNotContain("ahead");
		restart(Duration.ZERO);
		assertThatTheClockIsAheadBy(TOO_FAR);
		jump(TOO_FAR.negated());
		assertThatTheClockIsBelieved();
	}

}
