package io.eardrum.observability;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import io.eardrum.protocol.Command;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.server.FrameCounts;
import io.eardrum.server.ResetReason;
import io.eardrum.server.ServerObserver;

/**
 * Counts what happens on the TCP port. All meters exist from the start, so that a rate
 * over them is never missing its first step. Safe for any number of threads.
 * <p>
 * Performance: a frame costs a few uncontended additions, whatever it has in it; only
 * what it has is counted.
 */
final class ServerMeters implements ServerObserver {

	private static final Command[] COMMANDS = Command.values();

	private static final ErrorReason[] REASONS = ErrorReason.values();

	private final Map<Command, Counter> served = new EnumMap<>(Command.class);

	private final Map<Command, Counter> failed = new EnumMap<>(Command.class);

	private final Map<ErrorReason, Counter> errors;

	private final Map<ResetReason, Counter> resets;

	private final Counter pointsPut;

	private final Counter pointsReturned;

	private final Counter bytesReceived;

	private final Counter bytesSent;

	private final Counter accepted;

	private final Counter rejected;

	private final Counter refused;

	private final Counter handshakesCompleted;

	private final Counter handshakesFailed;

	private final Timer frameDuration;

	ServerMeters(MeterRegistry registry) {
		for (Command command : COMMANDS) {
			if (command != Command.UNKNOWN) {
				this.served.put(command, requests(registry, command, "ok"));
			}
			this.failed.put(command, requests(registry, command, "error"));
		}
		this.errors = Counters.byReason(registry, "eardrum.errors", "Commands answered with an error",
				ErrorReason.class, EnumSet.allOf(ErrorReason.class));
		this.resets = Counters.byReason(registry, "eardrum.connections.reset", "Connections that ended with a reset",
				ResetReason.class, EnumSet.allOf(ResetReason.class));
		this.pointsPut = pointsPut(registry);
		this.pointsReturned = Counter.builder("eardrum.points.returned")
			.description("Points read for clients")
			.register(registry);
		this.bytesReceived = bytes(registry, "received");
		this.bytesSent = bytes(registry, "sent");
		this.accepted = connections(registry, "accepted");
		this.rejected = connections(registry, "rejected");
		this.refused = connections(registry, "refused");
		this.handshakesCompleted = handshakes(registry, "completed");
		this.handshakesFailed = handshakes(registry, "failed");
		this.frameDuration = Timer.builder("eardrum.frame.duration")
			.description("Time to execute the commands of one frame, without waiting for the client")
			.serviceLevelObjectives(Duration.ofNanos(100_000), Duration.ofNanos(250_000), Duration.ofNanos(500_000),
					Duration.ofMillis(1), Duration.ofNanos(2_500_000), Duration.ofMillis(5), Duration.ofMillis(10),
					Duration.ofMillis(25), Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(250),
					Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(30))
			.register(registry);
	}

	@Override
	public void frameHandled(FrameCounts counts, long durationNanos) {
		long failures = 0;
		for (Command command : COMMANDS) {
			Counters.add(this.served.get(command), counts.served(command));
			Counters.add(this.failed.get(command), counts.failed(command));
			failures += counts.failed(command);
		}
		if (failures > 0) {
			for (ErrorReason reason : REASONS) {
				Counters.add(this.errors.get(reason), counts.errors(reason));
			}
		}
		Counters.add(this.pointsPut, counts.served(Command.PUT));
		Counters.add(this.pointsReturned, counts.pointsReturned());
		this.frameDuration.record(durationNanos, TimeUnit.NANOSECONDS);
	}

	@Override
	public void received(int bytes) {
		this.bytesReceived.increment(bytes);
	}

	@Override
	public void sent(int bytes) {
		this.bytesSent.increment(bytes);
	}

	@Override
	public void connectionAccepted() {
		this.accepted.increment();
	}

	@Override
	public void connectionRejected() {
		this.rejected.increment();
	}

	@Override
	public void connectionRefused() {
		this.refused.increment();
	}

	@Override
	public void handshakeEnded(boolean completed) {
		(completed ? this.handshakesCompleted : this.handshakesFailed).increment();
	}

	@Override
	public void connectionReset(ResetReason reason) {
		Counters.add(this.resets.get(reason), 1);
	}

	// All points that were put, whichever port they came to: one meter.
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

	private static Counter bytes(MeterRegistry registry, String direction) {
		return Counter.builder("eardrum.network.bytes")
			.description("Bytes on the TCP port")
			.tag("direction", direction)
			.register(registry);
	}

	private static Counter connections(MeterRegistry registry, String outcome) {
		return Counter.builder("eardrum.connections")
			.description("Clients that have connected")
			.tag("outcome", outcome)
			.register(registry);
	}

	private static Counter handshakes(MeterRegistry registry, String outcome) {
		return Counter.builder("eardrum.tls.handshakes")
			.description("TLS handshakes on the TCP port, with or without TLS")
			.tag("outcome", outcome)
			.register(registry);
	}

}
