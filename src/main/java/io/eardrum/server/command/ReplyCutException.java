package io.eardrum.server.command;

import java.io.IOException;

/**
 * A reply can't be finished, although its beginning has been sent.
 */
final class ReplyCutException extends IOException {

	ReplyCutException(Throwable cause) {
		super("the store failed in the middle of a reply", cause);
	}

}
