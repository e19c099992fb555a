package io.eardrum.server.channel;

import java.io.IOException;

/**
 * A client speaks something else to a port that expects TLS.
 */
public final class NoTlsException extends IOException {

	NoTlsException() {
		super("no TLS");
	}

}
