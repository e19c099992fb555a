package io.eardrum.server.command;

/**
 * The time in which a thread executes the commands of a frame and sends their replies. It
 * says which group takes their puts, and when the thread should turn to other work. By
 * default, the thread has no other frame in hand, and no client waits for it. Used by
 * that thread.
 */
public interface Turn {

	/**
	 * Returns the group that takes puts. It may be another one after each call of another
	 * method.
	 * @return the group
	 */
	CommitGroup group();

	/**
	 * Returns whether the turn is over.
	 * @return whether the commands that follow have to wait for another turn
	 */
	boolean isOver();

	/**
	 * Returns whether puts are soon committed together with those of other frames. The
	 * commands behind them then wait for that commit. With a commit for each frame, the
	 * frames of many clients would keep all others waiting.
	 * @return whether the frame must not commit its puts itself
	 */
	default boolean sharesCommits() {
		return false;
	}

	/**
	 * Returns whether a frame can pause until its reads have arrived from other machines.
	 * @return whether somebody goes on with it then
	 */
	default boolean awaitsReads() {
		return false;
	}

	/**
	 * Has to be called before the group is committed while a frame is executed, which may
	 * take long.
	 */
	default void beginCommit() {
	}

	/**
	 * Has to be called before a read from the store, which may take long. The frame then
	 * has no puts in the group.
	 */
	default void beginRead() {
	}

	/**
	 * Has to be called after a read from the store.
	 */
	default void endRead() {
	}

	/**
	 * Has to be called before the thread does something for its client that may take
	 * long. Afterwards, no other client waits for this thread. May be called any number
	 * of times.
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
