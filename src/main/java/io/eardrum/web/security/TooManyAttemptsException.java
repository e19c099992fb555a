package io.eardrum.web.security;

import org.springframework.security.core.AuthenticationException;

/**
 * Too many wrong passwords have come, or too many are being checked.
 */
final class TooManyAttemptsException extends AuthenticationException {

	TooManyAttemptsException() {
		super("Too many wrong passwords have come");
	}

}
