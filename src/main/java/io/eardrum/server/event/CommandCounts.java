package io.eardrum.server.event;

import java.util.Arrays;

import io.eardrum.protocol.Command;
import io.eardrum.protocol.ErrorReason;

/**
 * Counts the commands of one frame. One thread uses it at a time, and fills it anew for
 * each frame.
 */
@SuppressWarnings("EnumOrdinal") // An index that never leaves this object.
public final class CommandCounts {

	private static final Command[] COMMANDS = Command.values();

	private static final ErrorReason[] REASONS = ErrorReason.values();

	private final long[] served = new long[COMMANDS.length];

	private final long[] failed = new long[COMMANDS.length];

	/** By command, and for each of them by reason. */
	private final long[] errors = new long[COMMANDS.length * REASONS.length];

	private boolean failures;

	private long pointsReturned;

	/**
	 * Sets all counts to 0.
	 */
	public void clear() {
		Arrays.fill(this.served, 0);
		if (this.failures) {
			Arrays.fill(this.failed, 0);
			Arrays.fill(this.errors, 0);
			this.failures = false;
		}
		this.pointsReturned = 0;
	}

	/**
	 * Counts commands that were answered with "ok".
	 * @param command the kind of command
	 * @param count the number of commands; for puts, the number of points stored
	 */
	public void served(Command command, int count) {
		this.served[command.ordinal()] += count;
	}

	/**
	 * Counts commands that were answered with an error.
	 * @param command the kind of command that they were meant to be
	 * @param reason the reason
	 * @param count the number of commands
	 */
	public void failed(Command command, ErrorReason reason, int count) {
		this.failed[command.ordinal()] += count;
		this.errors[command.ordinal() * REASONS.length + reason.ordinal()] += count;
		this.failures = true;
	}

	/**
	 * Counts points that were read for the client.
	 * @param points the number of points; negative to take back what was counted
	 */
	public void returned(long points) {
		this.pointsReturned += points;
	}

	/**
	 * Returns how many commands were answered with "ok".
	 * @param command the kind of command
	 * @return the number of commands; for puts, the number of points stored
	 */
	public long served(Command command) {
		return this.served[command.ordinal()];
	}

	/**
	 * Returns how many commands were answered with an error.
	 * @param command the kind of command that they were meant to be
	 * @return the number of commands
	 */
	public long failed(Command command) {
		return this.failed[command.ordinal()];
	}

	/**
	 * Returns how many commands of a kind were answered with an error for one reason.
	 * @param command the kind of command that they were meant to be
	 * @param reason the reason
	 * @return the number of commands
	 */
	public long errors(Command command, ErrorReason reason) {
		return this.errors[command.ordinal() * REASONS.length + reason.ordinal()];
	}

	/**
	 * Returns how many points were read for the client.
	 * @return the number of points
	 */
	public long pointsReturned() {
		return this.pointsReturned;
	}

}
