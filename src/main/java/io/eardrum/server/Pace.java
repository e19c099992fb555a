package io.eardrum.server;

import java.io.IOException;

/**
 * How long commands of a frame may be executed one after the other, and for whom. Used by
 * the thread that executes them.
 */
interface Pace {

	/** Of what no client waits for, and what nobody else waits for. */
	Pace UNLIMITED = new Pace() {

		@Override
		public boolean isTurnOver() {
			return false;
		}

		@Override
		public boolean sharesCommits() {
			return false;
		}

		@Override
		public void requireClient() {
		}

	};

	/**
	 * Returns whether it is the turn of others.
	 * @return whether the commands that follow have to wait
	 */
	boolean isTurnOver();

	/**
	 * Returns whether puts are soon committed together with those of others. The commands
	 * that have to come behind that wait for it then: with a commit for each frame, those
	 * of many clients would keep all others waiting.
	 * @return whether the frame must not commit its puts itself
	 */
	boolean sharesCommits();

	/**
	 * Has to be called before the first command of a turn that reads from the store: a
	 * client that has left needs no answer.
	 * @throws IOException if the client has reset the connection
	 */
	void requireClient() throws IOException;

}
