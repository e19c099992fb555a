package io.eardrum.observability;

import java.util.EnumSet;
import java.util.Map;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import io.eardrum.protocol.Command;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.server.event.CommandCounts;
import io.eardrum.server.event.GraphiteObserver;
import io.eardrum.server.event.ResetReason;

/**
 * Counts what happens on the port for Graphite's plaintext protocol. All meters exist
 * from the start. Stored points are also counted among all points that were put. Safe for
 * any number of threads.
 */
final class GraphiteMeters implements GraphiteObserver {

	private static final ErrorReason[] REASONS = ErrorReason.values();

	private final Map<ErrorReason, Counter> errors;

	private final Map<ResetReason, Counter> resets;

	private final Counter allPointsPut;

	private final Counter points;

	private final Counter datagrams;

	private final Counter bytesOnTcp;

	private final Counter bytesOnUdp;

	private final Counter accepted;

	private final Counter rejected;

	private final Counter refused;

	GraphiteMeters(MeterRegistry registry) {
		// This protocol has no commands that could be unknown.
		this.errors = Counters.byReason(registry, "eardrum.graphite.errors",
				"Lines of Graphite's protocol that were not stored", ErrorReason.class,
				EnumSet.complementOf(EnumSet.of(ErrorReason.UNKNOWN_COMMAND, ErrorReason.BAD_PATTERN)));
		this.resets = Counters.byReason(registry, "eardrum.graphite.connections.reset",
				"Connections of Graphite's clients that ended with a reset", ResetReason.class,
				EnumSet.allOf(ResetReason.class));
		this.allPointsPut = CommandMeters.pointsPut(registry);
		this.points = Counter.builder("eardrum.graphite.points")
			.description("Points stored that came in Graphite's protocol")
			.register(registry);
		this.datagrams = Counter.builder("eardrum.graphite.datagrams")
			.description("Datagrams received in Graphite's protocol")
			.register(registry);
		this.bytesOnTcp = bytes(registry, "tcp");
		this.bytesOnUdp = bytes(registry, "udp");
		this.accepted = connections(registry, "accepted");
		this.rejected = connections(registry, "rejected");
		this.refused = connections(registry, "refused");
	}

	@Override
	public void frameHandled(CommandCounts counts, long durationNanos) {
		long stored = counts.served(Command.PUT);
		Counters.add(this.points, stored);
		Counters.add(this.allPointsPut, stored);
		if (counts.failed(Command.PUT) > 0) {
			for (ErrorReason reason : REASONS) {
				Counters.add(this.errors.get(reason), counts.errors(Command.PUT, reason));
			}
		}
	}

	@Override
	public void datagramsReceived(int datagrams, int bytes) {
		this.datagrams.increment(datagrams);
		this.bytesOnUdp.increment(bytes);
	}

	@Override
	public void received(int bytes) {
		this.bytesOnTcp.increment(bytes);
	}

	// The port never sends anything.
	@Override
	public void sent(int bytes) {
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

	// The port has no TLS, so handshakes here are clients that try in vain.
	@Override
	public void handshakeEnded(boolean completed) {
	}

	@Override
	public void connectionReset(ResetReason reason) {
		Counters.add(this.resets.get(reason), 1);
	}

	private static Counter bytes(MeterRegistry registry, String transport) {
		return Counter.builder("eardrum.graphite.bytes")
			.description("Bytes received in Graphite's protocol")
			.tag("transport", transport)
			.register(registry);
	}

	private static Counter connections(MeterRegistry registry, String outcome) {
		return Counter.builder("eardrum.graphite.connections")
			.description("Graphite's clients that have connected")
			.tag("outcome", outcome)
			.register(registry);
	}

}
