package io.eardrum.server.command;

import java.io.IOException;
import java.io.OutputStream;

/**
 * The replies to the commands of one frame, in their order.
 */
public interface Reply {

	/**
	 * Returns whether the {@link CommitGroup} of the frame has to be committed before the
	 * reply can be written.
	 * @return whether puts of the frame have not been committed yet
	 */
	boolean awaitsCommit();

	/**
	 * Writes what has not been sent yet, and frees the memory.
	 * @param output where to write
	 * @throws IOException if the client can't be reached
	 */
	void writeTo(OutputStream output) throws IOException;

	/**
	 * Returns whether the session ends with this reply.
	 * @return whether the connection is to be closed behind it
	 */
	boolean isLast();

	/**
	 * Returns whether commands of the frame have not been executed yet, because other
	 * frames have their turn, because puts before them have to be committed first, or
	 * because they wait for reads.
	 * @return whether the execution has to {@linkplain #goOn go on} before the reply can
	 * be written
	 */
	default boolean isPaused() {
		return false;
	}

	/**
	 * Returns whether the execution is paused because reads are on their way from other
	 * machines.
	 * @return whether it should go on only {@linkplain #whenRead when they have arrived}
	 */
	default boolean awaitsReads() {
		return false;
	}

	/**
	 * Says what to do when these reads have arrived.
	 * @param action called once, on any thread, perhaps at once
	 */
	default void whenRead(Runnable action) {
		action.run();
	}

	/**
	 * Executes more commands of the frame. Never fails.
	 * @return the replies so far, which may be another object
	 */
	default Reply goOn() {
		return this;
	}

	/**
	 * Ends a paused execution. The frame is neither executed to the end nor answered.
	 */
	default void giveUp() {
	}

}
