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
		public void requireClient() {
		}

	};

	/**
	 * Returns whether it is the turn of others.
	 * @return whether the commands that follow have to wait
	 */
	boolean isTurnOver();

	/**
	 * Has to be called before the first command of a turn that reads from the store: a
	 * client that has left needs no answer.
	 * @throws IOException if the client has reset the connection
	 */
	void requireClient() throws IOException;

}
