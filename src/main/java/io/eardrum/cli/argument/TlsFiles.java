package io.eardrum.cli.argument;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

import org.jspecify.annotations.Nullable;

import io.eardrum.cli.file.FileArgument;
import io.eardrum.cli.file.FileProblem;

/**
 * Creates TLS sockets with certificates and a key from PEM files, as OpenSSL writes them.
 */
final class TlsFiles {

	private static final Pattern PRIVATE_KEY = Pattern
		.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");

	private static final String[] KEY_ALGORITHMS = { "EC", "RSA", "Ed25519", "Ed448" };

	private static final char[] NO_PASSWORD = {};

	private TlsFiles() {
	}

	/**
	 * Creates a factory.
	 * @param trusted certificates that must have issued the server's, or {@code null} for
	 * those that Java trusts
	 * @param certificate this side's certificate and those that have issued it, or
	 * {@code null}
	 * @param key the key of that certificate, in PKCS#8 without a password, or
	 * {@code null}
	 * @return the factory
	 * @throws IllegalArgumentException if a file can't be used; the message names it
	 */
	static SSLSocketFactory socketFactory(@Nullable FileArgument trusted, @Nullable FileArgument certificate,
			@Nullable FileArgument key) {
		if ((certificate == null) != (key == null)) {
			throw new IllegalArgumentException("--cert and --key go together");
		}
		try {
			SSLContext context = SSLContext.getInstance("TLS");
			context.init((certificate != null && key != null) ? keyManagers(certificate, key) : null,
					(trusted != null) ? trustManagers(trusted) : null, null);
			return context.getSocketFactory();
		}
		catch (IOException ex) {
			throw new IllegalArgumentException("TLS can't be set up: " + FileProblem.of(ex), ex);
		}
		catch (GeneralSecurityException ex) {
			String reason = (ex.getMessage() != null) ? ex.getMessage() : "this Java does not support it";
			throw new IllegalArgumentException("TLS can't be set up: " + reason, ex);
		}
	}

	private static TrustManager[] trustManagers(FileArgument file) throws GeneralSecurityException, IOException {
		KeyStore store = emptyStore();
		int number = 0;
		for (Certificate certificate : certificates(file)) {
			store.setCertificateEntry("trusted" + number++, certificate);
		}
		TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		factory.init(store);
		return factory.getTrustManagers();
	}

	private static KeyManager[] keyManagers(FileArgument certificate, FileArgument key)
			throws GeneralSecurityException, IOException {
		KeyStore store = emptyStore();
		store.setKeyEntry("key", key(key), NO_PASSWORD, certificates(certificate).toArray(Certificate[]::new));
		KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		factory.init(store, NO_PASSWORD);
		return factory.getKeyManagers();
	}

	private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null, null);
		return store;
	}

	private static List<Certificate> certificates(FileArgument file) {
		try (InputStream input = Files.newInputStream(file.path())) {
			Collection<? extends Certificate> found = CertificateFactory.getInstance("X.509")
				.generateCertificates(input);
			if (!found.isEmpty()) {
				return new ArrayList<>(found);
			}
		}
		catch (IOException ex) {
			throw new IllegalArgumentException(file.name() + ": " + FileProblem.of(ex), ex);
		}
		catch (GeneralSecurityException ex) {
			// The exception below says so.
		}
		throw new IllegalArgumentException(file.name() + " has no certificate in PEM");
	}

	private static PrivateKey key(FileArgument file) {
		String text;
		try {
			text = Files.readString(file.path(), StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			throw new IllegalArgumentException(file.name() + ": " + FileProblem.of(ex), ex);
		}
		Matcher matcher = PRIVATE_KEY.matcher(text);
		if (matcher.find()) {
			byte[] bytes = decode(matcher.group(1));
			for (String algorithm : KEY_ALGORITHMS) {
				try {
					return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
				}
				catch (GeneralSecurityException ex) {
					// The key is of another kind.
				}
			}
		}
		throw new IllegalArgumentException(file.name() + " has no key between BEGIN PRIVATE KEY and END PRIVATE KEY; "
				+ "openssl pkcs8 -topk8 -nodes converts other keys");
	}

	// Text that is not Base64 gives no bytes, which no algorithm accepts as a key.
	private static byte[] decode(String text) {
		try {
			return Base64.getMimeDecoder().decode(text);
		}
		catch (IllegalArgumentException ex) {
			return new byte[0];
		}
	}

}
