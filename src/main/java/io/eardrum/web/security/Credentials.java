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
 * The one user, and what a request has to know. Every request brings the password, so
 * looking at it has to cost the same little time whether it is right or wrong: digests
 * are compared. A bcrypt hash, which is made to be slow, is asked only until the right
 * password has come for the first time; its digest is known from then on, and everything
 * else is wrong. Until then one thread asks at a time and few wait ({@link HashPlaces}),
 * so whoever tries passwords gets neither all processors nor all threads. What is wrong
 * is counted ({@link FailedLogins}), but only once it is known to be wrong, where that is
 * cheap to know: who has the password is never refused for what others try.
 * <p>
 * Safe for any number of threads.
 */
final class Credentials implements AuthenticationManager {

	/** All that bcrypt looks at. */
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
	 * Takes a password as it is.
	 * @param user the name of the user
	 * @param password the password
	 * @param failures counts wrong ones
	 * @param addresses tells clients apart
	 * @return the credentials
	 */
	static Credentials ofPassword(String user, String password, FailedLogins failures, ClientAddresses addresses) {
		Credentials credentials = new Credentials(user, null, failures, addresses);
		credentials.right = credentials.digest(user, password);
		return credentials;
	}

	/**
	 * Takes the hash of a password.
	 * @param user the name of the user
	 * @param hash the hash, made by bcrypt
	 * @param failures counts wrong passwords
	 * @param addresses tells clients apart
	 * @return the credentials
	 */
	static Credentials ofHash(String user, String hash, FailedLogins failures, ClientAddresses addresses) {
		return new Credentials(user, hash, failures, addresses);
	}

	/**
	 * Looks whether a request may be served.
	 * @param request the user and the password that it brings
	 * @return the user
	 * @throws BadCredentialsException if they are wrong
	 * @throws TooManyAttemptsException if too many wrong ones have come
	 */
	@Override
	public Authentication authenticate(Authentication request) {
		String name = request.getName();
		String password = (request.getCredentials() instanceof String text) ? text : "";
		// Control characters are in no password, and bcrypt takes some for others.
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
	 * Returns whether a text has control characters, which are in no name and password.
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
				// Asked for other users too: how long it takes tells nothing.
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
