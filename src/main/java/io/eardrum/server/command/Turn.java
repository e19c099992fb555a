package io.eardrum.server.command;

/**
 * The time in which a thread executes the commands of a frame and sends their replies:
 * which group their puts go into, and when the thread should go on with something else.
 * Unless it says otherwise, the thread has no other frame in hand, and nobody waits for
 * it. Used by that thread.
 */
public interface Turn {

	/**
	 * Returns the group that puts go into. It may be another one after each call of the
	 * other methods.
	 * @return the group
	 */
	CommitGroup group();

	/**
	 * Returns whether it is the turn of others.
	 * @return whether the commands that follow have to wait
	 */
	boolean isOver();

	/**
	 * Returns whether puts are soon committed together with those of others. The commands
	 * behind them wait for that commit then: with a commit for each frame, the frames of
	 * many clients would keep all others waiting.
	 * @return whether the frame must not commit its puts itself
	 */
	default boolean sharesCommits() {
		return false;
	}

	/**
	 * Has to be called before a read from the store, which may take long. The frame has
	 * no puts in the group then.
	 */
	default void beginRead() {
	}

	/**
	 * Has to be called after a read from the store.
	 */
	default void endRead() {
	}

	/**
	 * Has to be called before what may take long and is of no use to other clients. None
	 * of them waits for this thread afterwards. May be called any number of times.
	 */
	default void leave() {
	}

	/**
	 * Has to be called before the thread waits for the client. May be called any number
	 * of times.
	 */
	default void beginWait() {
	}

}
