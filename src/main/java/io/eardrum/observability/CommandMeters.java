package io.eardrum.observability;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import io.eardrum.protocol.Command;
import io.eardrum.protocol.CommandObserver;
import io.eardrum.protocol.CommandTotals;
import io.eardrum.protocol.ErrorReason;

/**
 * Counts commands, and the points that they put and get, whichever way they come. All
 * meters exist from the start, so that a rate over them never misses the first step. Safe
 * for any number of threads.
 */
final class CommandMeters implements CommandObserver, CommandTotals {

	private final Map<Command, Counter> served = new EnumMap<>(Command.class);

	private final Map<Command, Counter> failed = new EnumMap<>(Command.class);

	private final Map<Command, Map<ErrorReason, Counter>> errors = new EnumMap<>(Command.class);

	private final Counter pointsPut;

	private final Counter pointsReturned;

	CommandMeters(MeterRegistry registry) {
		for (Command command : Command.values()) {
			if (command != Command.UNKNOWN) {
				this.served.put(command, requests(registry, command, "ok"));
			}
			this.failed.put(command, requests(registry, command, "error"));
			this.errors.put(command, Counters.byReason(registry, "eardrum.errors", "Commands answered with an error",
					ErrorReason.class, reasons(command), "command", Counters.label(command)));
		}
		this.pointsPut = pointsPut(registry);
		this.pointsReturned = Counter.builder("eardrum.points.returned")
			.description("Points read for clients")
			.register(registry);
	}

	private static Set<ErrorReason> reasons(Command command) {
		return switch (command) {
			case PUT, GET, GET_ALL, UNKNOWN -> EnumSet.complementOf(EnumSet.of(ErrorReason.BAD_PATTERN));
			case KEYS, LAST -> EnumSet.of(ErrorReason.WRONG_WORD_COUNT, ErrorReason.BAD_KEY, ErrorReason.BAD_PATTERN,
					ErrorReason.STORAGE);
			case RANGE, DELETE -> EnumSet.of(ErrorReason.WRONG_WORD_COUNT, ErrorReason.BAD_KEY,
					ErrorReason.BAD_TIMESTAMP, ErrorReason.STORAGE);
			case HELP, QUIT -> EnumSet.of(ErrorReason.WRONG_WORD_COUNT);
		};
	}

	@Override
	public void served(Command command, long count) {
		Counters.add(this.served.get(command), count);
		if (command == Command.PUT) {
			Counters.add(this.pointsPut, count);
		}
	}

	@Override
	public void failed(Command command, ErrorReason reason, long count) {
		Counters.add(this.failed.get(command), count);
		Counters.add(this.errors.getOrDefault(command, Map.of()).get(reason), count);
	}

	@Override
	public void returned(long points) {
		Counters.add(this.pointsReturned, points);
	}

	@Override
	public long pointsPut() {
		return (long) this.pointsPut.count();
	}

	@Override
	public long pointsRefused() {
		return sum(Map.of(Command.PUT, this.failed.get(Command.PUT)));
	}

	@Override
	public long pointsReturned() {
		return (long) this.pointsReturned.count();
	}

	@Override
	public long served() {
		return sum(this.served);
	}

	@Override
	public long failed() {
		return sum(this.failed);
	}

	private static long sum(Map<Command, Counter> counters) {
		return (long) counters.values().stream().mapToDouble(Counter::count).sum();
	}

	// One meter counts all points that were put, whichever way they came.
	static Counter pointsPut(MeterRegistry registry) {
		return Counter.builder("eardrum.points.put").description("Points stored").register(registry);
	}

	private static Counter requests(MeterRegistry registry, Command command, String outcome) {
		return Counter.builder("eardrum.requests")
			.description("Commands answered")
			.tag("command", Counters.label(command))
			.tag("outcome", outcome)
			.register(registry);
	}

}
