package io.eardrum.observability;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import io.eardrum.protocol.Command;
import io.eardrum.protocol.CommandObserver;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.server.event.CommandCounts;
import io.eardrum.server.event.ResetReason;
import io.eardrum.server.event.ServerObserver;

/**
 * Counts what happens on the TCP port. All meters exist from the start, so that a rate
 * over them never misses the first step. Safe for any number of threads.
 * <p>
 * Performance: a frame costs a few uncontended additions, however many commands it has.
 * Counters of what it does not have are left alone.
 */
final class ServerMeters implements ServerObserver {

	private static final Command[] COMMANDS = Command.values();

	private static final ErrorReason[] REASONS = ErrorReason.values();

	private final CommandObserver commands;

	private final Map<ResetReason, Counter> resets;

	private final Counter bytesReceived;

	private final Counter bytesSent;

	private final Counter accepted;

	private final Counter rejected;

	private final Counter refused;

	private final Counter handshakesCompleted;

	private final Counter handshakesFailed;

	private final Timer frameDuration;

	/**
	 * Makes the meters.
	 * @param registry the registry for them
	 * @param commands counts the commands
	 */
	ServerMeters(MeterRegistry registry, CommandObserver commands) {
		this.commands = commands;
		this.resets = Counters.byReason(registry, "eardrum.connections.reset", "Connections that ended with a reset",
				ResetReason.class, EnumSet.allOf(ResetReason.class));
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
	public void frameHandled(CommandCounts counts, long durationNanos) {
		for (Command command : COMMANDS) {
			this.commands.served(command, counts.served(command));
			if (counts.failed(command) > 0) {
				for (ErrorReason reason : REASONS) {
					this.commands.failed(command, reason, counts.errors(command, reason));
				}
			}
		}
		this.commands.returned(counts.pointsReturned());
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
