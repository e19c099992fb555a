package io.eardrum.protocol;

/**
 * Observes how commands are answered, to count them. Several threads call it at once. It
 * must be quick and must not throw.
 */
public interface CommandObserver {

	/**
	 * Commands have been answered with what they asked for.
	 * @param command the kind of command
	 * @param count how many; of puts, it is the number of points stored
	 */
	void served(Command command, long count);

	/**
	 * Commands have been answered with an error.
	 * @param command the kind of command that was meant
	 * @param reason what was wrong
	 * @param count how many
	 */
	void failed(Command command, ErrorReason reason, long count);

	/**
	 * Points have been read for a client.
	 * @param points how many
	 */
	void returned(long points);

}
