package io.eardrum.server;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Stands for a reply that can't be finished: the connection is reset instead, because
 * silence or half a reply would leave the client waiting.
 *
 * @param reason why
 */
record AbortedReply(ResetReason reason) implements FrameReply {

	@Override
	public boolean awaitsCommit() {
		return false;
	}

	@Override
	public void writeTo(OutputStream output) throws IOException {
		throw new AbortedReplyException(this.reason);
	}

	@Override
	public boolean isLast() {
		return true;
	}

	/**
	 * Tells the connection to reset itself.
	 */
	static final class AbortedReplyException extends IOException {

		private final ResetReason reason;

		AbortedReplyException(ResetReason reason) {
			super(reason.name());
			this.reason = reason;
		}

		ResetReason reason() {
			return this.reason;
		}

	}

}
