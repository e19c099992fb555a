package io.eardrum.server.command;

import java.io.IOException;
import java.io.OutputStream;

import io.eardrum.server.event.ResetReason;

/**
 * Stands for a reply that can't be finished. The connection is reset instead, because
 * silence or half a reply would leave the client waiting.
 *
 * @param reason why
 */
public record AbortedReply(ResetReason reason) implements Reply {

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
	public static final class AbortedReplyException extends IOException {

		private final ResetReason reason;

		public AbortedReplyException(ResetReason reason) {
			super(reason.name());
			this.reason = reason;
		}

		public ResetReason reason() {
			return this.reason;
		}

	}

}
