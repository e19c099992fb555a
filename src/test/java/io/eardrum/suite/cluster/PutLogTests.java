package io.eardrum.suite.cluster;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the judge of the cluster suite to what it has to find.
 */
class PutLogTests {

	private static final int CELL = 137;

	private static final int KEY = PutLog.key(CELL);

	private final AtomicLong time = new AtomicLong();

	private final PutLog log = log(3);

	@Test
	void everyCellIsATimestampOfItsOwn() {
		Set<String> points = new HashSet<>();
		for (int cell = 0; cell < PutLog.KEYS * PutLog.TIMESTAMPS; cell++) {
			String[] words = this.log.line(cell, 0).strip().split(" ", -1);
			assertThat(points.add(words[1] + " " + words[3])).isTrue();
			assertThat(PutLog.writer(words[1])).isEqualTo(3);
			assertThat(PutLog.cell(PutLog.key(words[1]), Long.parseLong(words[3]))).isEqualTo(cell);
		}
	}

	@Test
	void newSeriesHaveOnePoint() {
		for (int i = 0; i < 1000; i++) {
			int cell = this.log.newSeries();
			String[] words = this.log.line(cell, this.log.send(cell)).strip().split(" ", -1);
			assertThat(words[1]).isEqualTo(this.log.name(PutLog.KEYS + i));
			assertThat(PutLog.cell(PutLog.KEYS + i, Long.parseLong(words[3]))).isEqualTo(cell);
		}
		assertThat(this.log.floors()).hasSizeGreaterThanOrEqualTo(PutLog.KEYS * PutLog.TIMESTAMPS + 1000);
	}

	@Test
	void whatWasAcknowledgedMayBeRead() {
		int put = acknowledged(CELL);
		assertThat(read(CELL, put)).isEmpty();
	}

	@Test
	void whatWasAcknowledgedMayNotBeReplacedByWhatWasSentBefore() {
		int unanswered = this.log.send(CELL);
		acknowledged(CELL);
		assertThat(read(CELL, unanswered)).contains("was replaced by 1");
	}

	@Test
	void whatHasNoAnswerMayBeReadAndThenNothingOlder() {
		int put = acknowledged(CELL);
		int unanswered = this.log.send(CELL);
		assertThat(read(CELL, put)).isEmpty();
		assertThat(read(CELL, unanswered)).isEmpty();
		assertThat(read(CELL, put)).contains("was replaced by");
	}

	@Test
	void aReadMayReturnWhatWasReplacedMeanwhile() {
		int put = acknowledged(CELL);
		int[] before = this.log.floors();
		acknowledged(CELL);
		assertThat(this.log.observe(before, KEY, timestamp(CELL), put)).isEmpty();
	}

	@Test
	void whatWasNeverPutThereIsFound() {
		int elsewhere = acknowledged(CELL + 1);
		assertThat(read(CELL, elsewhere)).contains("never put");
		assertThat(read(CELL, elsewhere + 1)).contains("never put");
		assertThat(read(CELL, -1)).contains("never put");
		assertThat(this.log.observe(this.log.floors(), KEY, timestamp(CELL), 0.5)).contains("never put");
		assertThat(this.log.observe(this.log.floors(), KEY, 99_999, elsewhere)).contains("never put");
	}

	@Test
	void anOrderThatContradictsTimeIsFound() {
		int first = this.log.newSeries();
		this.log.acknowledge(this.log.send(first));
		int second = this.log.newSeries();
		int put = this.log.send(second);
		int together = this.log.newSeries();
		this.log.acknowledge(this.log.send(together));
		this.log.acknowledge(put);
		String a = this.log.name(PutLog.key(first));
		String b = this.log.name(PutLog.key(second));
		String c = this.log.name(PutLog.key(together));
		List<PutLog> logs = List.of(log(0), log(1), log(2), this.log);
		assertThat(SeriesOrder.checkTimes(List.of(a, b, c), logs)).isEmpty();
		assertThat(SeriesOrder.checkTimes(List.of(a, c, b), logs)).isEmpty();
		assertThat(SeriesOrder.checkTimes(List.of(b, a, c), logs)).contains("acknowledged before");
		assertThat(SeriesOrder.checkTimes(List.of(c, b, a), logs)).contains("acknowledged before");
	}

	@Test
	void listsThatDisagreeAreFound() {
		assertThat(SeriesOrder.compare(List.of("a", "b", "c"), List.of("a", "x", "b", "c"))).isEmpty();
		assertThat(SeriesOrder.compare(List.of("a", "b", "c"), List.of("b", "a"))).contains("place 0");
		assertThat(SeriesOrder.checkUnique(List.of("a", "b", "a"))).contains("twice");
		assertThat(SeriesOrder.checkUnique(List.of("a", "b"))).isEmpty();
	}

	private PutLog log(int writer) {
		return new PutLog(writer, this.time::incrementAndGet);
	}

	private int acknowledged(int cell) {
		int put = this.log.send(cell);
		this.log.acknowledge(put);
		return put;
	}

	private String read(int cell, int put) {
		return this.log.observe(this.log.floors(), PutLog.key(cell), timestamp(cell), put);
	}

	private long timestamp(int cell) {
		return Long.parseLong(this.log.line(cell, 0).strip().split(" ", -1)[3]);
	}

}
