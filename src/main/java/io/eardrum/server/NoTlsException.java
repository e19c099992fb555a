package io.eardrum.server;

import java.io.IOException;

/**
 * A client speaks something else to a port that expects TLS.
 */
final class NoTlsException extends IOException {

	NoTlsException() {
		super("no TLS");
	}

}
