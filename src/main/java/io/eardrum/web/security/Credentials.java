package io.eardrum.web.security;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

import io.eardrum.address.ClientAddresses;

/**
 * Checks the user and the password of requests against those of the one user. Every
 * request contains the password. Checking it has to be fast, and has to take the same
 * time whether it is right or wrong, so digests are compared.
 * <p>
 * A bcrypt hash is slow on purpose. It is checked only until the right password has come
 * for the first time. From then on its digest is known, and every other password is
 * wrong. Until then one thread checks the hash at a time and few wait
 * ({@link HashPlaces}), so a client that tries passwords occupies neither all processors
 * nor all threads.
 * <p>
 * Wrong passwords are counted ({@link FailedLogins}). Where the check is cheap, a
 * password is counted only after it has been found wrong, so a client that knows the
 * password is never refused because of the attempts of others.
 * <p>
 * Safe for any number of threads.
 */
final class Credentials implements AuthenticationManager {

	/** The number of bytes that bcrypt looks at. */
	private static final int MAX_HASHED_BYTES = 72;

	private static final BCryptPasswordEncoder BCRYPT = new BCryptPasswordEncoder();

	private final byte[] salt = new byte[32];

	private final HashPlaces places = new HashPlaces();

	private final FailedLogins failures;

	private final ClientAddresses addresses;

	private final byte[] user;

	private final @Nullable String hash;

	private volatile byte @Nullable [] right;

	private Credentials(String user, @Nullable String hash, FailedLogins failures, ClientAddresses addresses) {
		this.failures = failures;
		this.addresses = addresses;
		new SecureRandom().nextBytes(this.salt);
		this.user = user.getBytes(StandardCharsets.UTF_8);
		this.hash = hash;
	}

	/**
	 * Creates credentials from a password in plain text.
	 * @param user the name of the user
	 * @param password the password
	 * @param failures counts wrong ones
	 * @param addresses distinguishes clients
	 * @return the credentials
	 */
	static Credentials ofPassword(String user, String password, FailedLogins failures, ClientAddresses addresses) {
		Credentials credentials = new Credentials(user, null, failures, addresses);
		credentials.right = credentials.digest(user, password);
		return credentials;
	}

	/**
	 * Creates credentials from the hash of a password.
	 * @param user the name of the user
	 * @param hash the hash, made by bcrypt
	 * @param failures counts wrong passwords
	 * @param addresses distinguishes clients
	 * @return the credentials
	 */
	static Credentials ofHash(String user, String hash, FailedLogins failures, ClientAddresses addresses) {
		return new Credentials(user, hash, failures, addresses);
	}

	/**
	 * Checks whether a request may be served.
	 * @param request the user and the password of the request
	 * @return the user
	 * @throws BadCredentialsException if they are wrong
	 * @throws TooManyAttemptsException if too many wrong ones have come
	 */
	@Override
	public Authentication authenticate(Authentication request) {
		String name = request.getName();
		String password = (request.getCredentials() instanceof String text) ? text : "";
		// No password contains control characters, and bcrypt does not distinguish some
		// of them.
		Object client = client(request);
		if (hasControls(name) || hasControls(password) || !isRight(name, password, client)) {
			if (!this.failures.count(client)) {
				throw new TooManyAttemptsException();
			}
			throw new BadCredentialsException("Wrong user or password");
		}
		return UsernamePasswordAuthenticationToken.authenticated(name, null, List.of());
	}

	/**
	 * Returns whether a text has control characters, which no name and no password may
	 * contain.
	 * @param text the text
	 * @return whether it has one
	 */
	static boolean hasControls(String text) {
		return text.chars().anyMatch(Character::isISOControl);
	}

	private @Nullable Object client(Authentication request) {
		return (request.getDetails() instanceof WebAuthenticationDetails details)
				? this.addresses.client(details.getRemoteAddress()) : null;
	}

	private boolean isRight(String name, String password, @Nullable Object client) {
		byte[] digest = digest(name, password);
		byte[] known = this.right;
		return (known != null) ? MessageDigest.isEqual(known, digest) : askHash(name, password, digest, client);
	}

	private boolean askHash(String name, String password, byte[] digest, @Nullable Object client) {
		boolean suspect = this.failures.isSuspect(client);
		if (!this.failures.mayTry(client) || !this.places.enter(client, suspect)) {
			throw new TooManyAttemptsException();
		}
		try {
			synchronized (this.salt) {
				byte[] known = this.right;
				if (known != null) {
					return MessageDigest.isEqual(known, digest);
				}
				// The hash is checked for other users too, so that the time reveals
				// nothing.
				boolean matches = BCRYPT.matches(password, this.hash)
						&& password.getBytes(StandardCharsets.UTF_8).length <= MAX_HASHED_BYTES
						&& MessageDigest.isEqual(this.user, name.getBytes(StandardCharsets.UTF_8));
				if (matches) {
					this.failures.forget(client);
					this.right = digest;
				}
				return matches;
			}
		}
		finally {
			this.places.leave(client, suspect);
		}
	}

	private byte[] digest(String name, String password) {
		try {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
			digest.update(this.salt);
			digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, nameBytes.length));
			digest.update(nameBytes);
			return digest.digest(password.getBytes(StandardCharsets.UTF_8));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
