package io.eardrum.web.security;

import org.springframework.security.core.AuthenticationException;

/**
 * Too many passwords are being looked at: this one was not.
 */
final class TooManyAttemptsException extends AuthenticationException {

	TooManyAttemptsException() {
		super("Too many passwords are being checked");
	}

}
