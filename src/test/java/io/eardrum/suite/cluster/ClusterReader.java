package io.eardrum.suite.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

import io.eardrum.suite.fixture.StoredRows;

/**
 * Reads from several servers what clients have put there, and finds out whether anything
 * is missing, older than what was acknowledged before the read or was read before, or was
 * never put.
 */
final class ClusterReader {

	private static final Duration PACE = Duration.ofMillis(50);

	/** All series are read once in so many reads. */
	private static final int READS_A_STAR = 50;

	private final List<PutLog> logs;

	private final List<Integer> ports;

	private final List<ClusterTally> tallies;

	private final Random random;

	private volatile boolean stopped;

	ClusterReader(List<PutLog> logs, List<Integer> ports, List<ClusterTally> tallies, long seed) {
		this.logs = List.copyOf(logs);
		this.ports = List.copyOf(ports);
		this.tallies = List.copyOf(tallies);
		this.random = new Random(seed);
	}

	/**
	 * Reads one series or another, until it is told to stop.
	 */
	void run() {
		while (!this.stopped) {
			int server = this.random.nextInt(this.ports.size());
			if (this.random.nextInt(READS_A_STAR) == 0) {
				readAll(server);
			}
			else {
				readOne(server);
			}
			LockSupport.parkNanos(PACE.toNanos());
		}
	}

	void stop() {
		this.stopped = true;
	}

	private void readOne(int server) {
		PutLog log = this.logs.get(this.random.nextInt(this.logs.size()));
		int key = this.random.nextInt(PutLog.KEYS);
		int[] floors = log.floors();
		Seen seen = new Seen();
		String name = log.name(key);
		StoredRows.Answer answer = StoredRows.read(this.ports.get(server), "get " + name, (found, value, timestamp) -> {
			if (found.equals(name)) {
				seen.accept(log, floors, key, timestamp, value);
			}
			else {
				seen.report("a get of " + name + " returned " + found);
			}
		});
		if (count(server, answer) == StoredRows.Answer.COMPLETE) {
			for (int cell = key * PutLog.TIMESTAMPS; cell < (key + 1) * PutLog.TIMESTAMPS; cell++) {
				seen.mustHave(log, floors, cell);
			}
		}
		this.tallies.get(server).report(seen.violation());
	}

	/**
	 * Reads all series of a server.
	 * @param server the index of the server
	 * @return the keys in their order, or nothing if they could not be read to the end
	 */
	List<String> readAll(int server) {
		Map<PutLog, int[]> floors = new LinkedHashMap<>();
		this.logs.forEach((log) -> floors.put(log, log.floors()));
		Map<PutLog, Seen> seen = new HashMap<>();
		this.logs.forEach((log) -> seen.put(log, new Seen()));
		List<String> names = new ArrayList<>();
		StoredRows.Answer answer = StoredRows.read(this.ports.get(server), "get *", (name, value, timestamp) -> {
			int writer = PutLog.writer(name);
			if (writer == PutLog.NONE) {
				return;
			}
			if (names.isEmpty() || !names.get(names.size() - 1).equals(name)) {
				names.add(name);
			}
			PutLog log = this.logs.get(writer);
			seen.get(log).accept(log, floors.get(log), PutLog.key(name), timestamp, value);
		});
		boolean complete = count(server, answer) == StoredRows.Answer.COMPLETE;
		floors.forEach((log, known) -> {
			for (int cell = 0; complete && cell < known.length; cell++) {
				seen.get(log).mustHave(log, known, cell);
			}
			this.tallies.get(server).report(seen.get(log).violation());
		});
		return complete ? names : List.of();
	}

	private StoredRows.Answer count(int server, StoredRows.Answer answer) {
		ClusterTally tally = this.tallies.get(server);
		switch (answer) {
			case COMPLETE -> tally.reads.increment();
			case REFUSED -> tally.refusedReads.increment();
			case CUT -> tally.cutReads.increment();
			case SILENCE -> tally.report("a get had no answer for " + StoredRows.SILENCE);
			case WRONG -> tally.report("a get was not answered with rows");
		}
		return answer;
	}

	/**
	 * What one read has returned of one writer's points.
	 */
	private static final class Seen {

		private final Map<Integer, Long> timestamps = new HashMap<>();

		private String violation = "";

		private final BitSet cells = new BitSet();

		void accept(PutLog log, int[] floors, int key, long timestamp, double value) {
			Long previous = this.timestamps.put(key, timestamp);
			if (previous != null && previous >= timestamp) {
				report(log.name(key) + " has " + timestamp + " after " + previous);
			}
			report(log.observe(floors, key, timestamp, value));
			int cell = PutLog.cell(key, timestamp);
			if (cell != PutLog.NONE) {
				this.cells.set(cell);
			}
		}

		void mustHave(PutLog log, int[] floors, int cell) {
			if (floors[cell] != PutLog.NONE && !this.cells.get(cell)) {
				report(String.format("%s lacks a point that was put with %d", log.name(PutLog.key(cell)),
						floors[cell]));
			}
		}

		void report(String description) {
			if (this.violation.isEmpty()) {
				this.violation = description;
			}
		}

		String violation() {
			return this.violation;
		}

	}

}
