package io.eardrum.protocol;

/**
 * Is told how commands were answered, to count them. Called by several threads at once;
 * must be quick and must not throw.
 */
public interface CommandObserver {

	/**
	 * Commands have been answered with what they ask for.
	 * @param command the kind of command
	 * @param count how many; of puts, it is the number of points stored
	 */
	void served(Command command, long count);

	/**
	 * Commands have been answered with an error.
	 * @param command the kind of command that they were meant to be
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
