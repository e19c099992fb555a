package io.eardrum.suite.power;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What {@link RecordedPuts} finds wrong with stores that are made up.
 */
class RecordedPutsTests {

	private static final int WRITER = 1;

	private static final long TWO_SECONDS = TimeUnit.SECONDS.toNanos(2);

	@TempDir
	Path directory;

	private PowerRecord.Notes notes;

	private long millis;

	private int entries;

	@BeforeEach
	void begin() throws IOException {
		this.notes = new PowerRecord.Notes(this.directory.resolve("record"),
				() -> TimeUnit.MILLISECONDS.toNanos(this.millis));
	}

	@AfterEach
	void end() throws IOException {
		this.notes.close();
	}

	@Test
	void alwaysPromisesWhatWasAcknowledged() throws IOException {
		send(0, 7, 8, 7);
		assertThat(promised("always", this.entries - 1)).isZero();
		int moment = note(PowerRecord.ACKNOWLEDGED, WRITER, 2);
		assertThat(promised("always", moment)).isEqualTo(2);
		assertThat(promised("always", moment - 1)).isZero();
	}

	@Test
	void everysecPromisesWhatIsOldEnough() throws IOException {
		send(0, 7, 8, 7);
		note(PowerRecord.READY, 0, 0);
		note(PowerRecord.ACKNOWLEDGED, WRITER, 1);
		this.millis = 1500;
		note(PowerRecord.ACKNOWLEDGED, WRITER, 3);
		this.millis = 1999;
		assertThat(promised("everysec", note(0, 0, 0))).isZero();
		this.millis = 2001;
		assertThat(promised("everysec", note(0, 0, 0))).isEqualTo(1);
		this.millis = 3501;
		assertThat(promised("everysec", note(0, 0, 0))).isEqualTo(3);
	}

	@Test
	void everysecPromisesNothingMoreAfterAKill() throws IOException {
		send(0, 7, 8, 7);
		note(PowerRecord.READY, 0, 0);
		note(PowerRecord.ACKNOWLEDGED, WRITER, 3);
		this.millis = 1000;
		note(PowerRecord.KILLED, 0, 0);
		this.millis = 9000;
		assertThat(promised("everysec", note(PowerRecord.STARTED, 0, 0))).isZero();
		assertThat(promised("everysec", note(PowerRecord.KILLED, 0, 0))).isZero();
		note(PowerRecord.READY, 0, 0);
		assertThat(promised("everysec", note(PowerRecord.FOUND, WRITER, 3))).isEqualTo(3);
	}

	@Test
	void neverPromisesCheckpointsAndStops() throws IOException {
		send(0, 7, 8, 7);
		this.millis = 60_000;
		assertThat(promised("never", note(PowerRecord.ACKNOWLEDGED, WRITER, 3))).isZero();
		assertThat(promised("never", note(PowerRecord.CHECKPOINTED, WRITER, 2))).isEqualTo(2);
		for (String policy : new String[] { "always", "everysec", "never" }) {
			assertThat(promised(policy, note(PowerRecord.STOPPED, 0, 0))).isEqualTo(3);
		}
	}

	@Test
	void storeThatHasAllIsRight() throws IOException {
		send(0, 7, 8, 7);
		assertThat(check(2, 7, 2, 8, 1)).isEmpty();
	}

	@Test
	void putsInFlightMayBeThereOrNot() throws IOException {
		send(0, 7, 8, 9);
		assertThat(check(1, 7, 0)).isEmpty();
		assertThat(check(1, 7, 0, 8, 1)).isEmpty();
		assertThat(check(1, 7, 0, 8, 1, 9, 2)).isEmpty();
	}

	@Test
	void lostPutIsFound() throws IOException {
		send(0, 7, 8, 9);
		assertThat(check(2, 7, 0)).contains("power.1.0 at 8 holds -1 instead of 1");
		assertThat(check(0, 7, 0, 9, 2)).contains("power.1.0 at 8 holds -1 instead of 1");
	}

	@Test
	void oldValueIsFound() throws IOException {
		send(0, 7, 7);
		assertThat(check(2, 7, 0)).contains("power.1.0 at 7 holds 0 instead of 1");
	}

	@Test
	void putThatWasNotSentIsFound() throws IOException {
		send(0, 7);
		assertThat(check(1, 7, 0, 8, 1)).contains("the value 1 of writer 1 was not yet put");
		assertThatIllegalStateException().isThrownBy(() -> RecordedPuts.add(RecordedPuts.empty(), "other", 1, 1));
	}

	@Test
	void putThatAStartHasNotFoundMayNotComeBack() throws IOException {
		send(0, 7, 8, 9);
		note(PowerRecord.ACKNOWLEDGED, WRITER, 1);
		assertThat(check(1, 7, 0, 8, 1)).isEmpty();
		note(PowerRecord.FOUND, WRITER, 1);
		assertThat(check(1, 7, 0)).isEmpty();
		assertThat(check(1, 7, 0, 8, 1)).contains("power.1.0 at 8 holds 1 instead of -1");
		long[] nothing = new long[RecordedPuts.WRITERS];
		assertThat(puts().check(this.entries - 2, nothing, found(7, 0, 8, 1))).isEmpty();
		send(3, 10);
		assertThat(check(4, 7, 0, 10, 3)).isEmpty();
		assertThat(check(4, 7, 0, 8, 1, 10, 3)).contains("power.1.0 at 8 holds 1 instead of -1");
	}

	@Test
	void ageOfWhatIsLostCountsFromTheAcknowledgement() throws IOException {
		send(0, 7, 8);
		note(PowerRecord.READY, 0, 0);
		this.millis = 100;
		note(PowerRecord.ACKNOWLEDGED, WRITER, 1);
		this.millis = 300;
		note(PowerRecord.ACKNOWLEDGED, WRITER, 2);
		this.millis = 1000;
		int moment = note(0, 0, 0);
		RecordedPuts puts = puts();
		assertThat(puts.oldestLost(moment, found())).isEqualTo(TimeUnit.MILLISECONDS.toNanos(900));
		assertThat(puts.oldestLost(moment, found(7, 0))).isEqualTo(TimeUnit.MILLISECONDS.toNanos(700));
		assertThat(puts.oldestLost(moment, found(7, 0, 8, 1))).isZero();
	}

	@Test
	void backupsAreThoseThatWereAnswered() throws IOException {
		int requested = text(PowerRecord.BACKUP_REQUESTED, "a");
		text(PowerRecord.BACKUP_REQUESTED, "b");
		int answered = text(PowerRecord.BACKUP_ANSWERED, "a");
		assertThat(puts().backups(answered - 1)).isEmpty();
		assertThat(puts().backups(answered)).containsExactly(new RecordedPuts.Backup("a", requested, answered));
	}

	private long promised(String policy, int moment) throws IOException {
		long[] promised = puts().promised(policy, moment, TWO_SECONDS);
		assertThat(promised[0]).isZero();
		return promised[WRITER];
	}

	private String check(long promised, int... found) throws IOException {
		long[] all = new long[RecordedPuts.WRITERS];
		all[WRITER] = promised;
		return puts().check(this.entries - 1, all, found(found));
	}

	private static long[][] found(int... timestampsAndValues) {
		long[][] found = RecordedPuts.empty();
		for (int i = 0; i < timestampsAndValues.length; i += 2) {
			RecordedPuts.add(found, RecordedPuts.key(WRITER, 0), timestampsAndValues[i], timestampsAndValues[i + 1]);
		}
		return found;
	}

	private RecordedPuts puts() throws IOException {
		return new RecordedPuts(PowerRecord.read(this.directory.resolve("record")));
	}

	private void send(int first, int... cells) {
		ByteBuffer bytes = ByteBuffer.allocate(cells.length * Integer.BYTES).order(ByteOrder.nativeOrder());
		bytes.asIntBuffer().put(cells);
		this.notes.add(PowerRecord.SENDING, -1, WRITER, first, bytes, bytes.remaining());
		this.entries++;
	}

	private int note(int type, long first, long second) {
		this.notes.add(type, first, second, "");
		return this.entries++;
	}

	private int text(int type, String text) {
		this.notes.add(type, 0, 0, text);
		return this.entries++;
	}

}
