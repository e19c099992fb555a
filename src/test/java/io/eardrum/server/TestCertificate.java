package io.eardrum.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.jspecify.annotations.Nullable;

/**
 * A self-signed certificate for 127.0.0.1 and its key. The JDK's keytool makes them, and
 * leaves them in a PKCS12 file of that name with the password {@code changeit}.
 */
public final class TestCertificate {

	private static final char[] PASSWORD = "changeit".toCharArray();

	private final KeyStore store;

	private TestCertificate(KeyStore store) {
		this.store = store;
	}

	/**
	 * Makes a certificate.
	 * @param directory a folder of its own
	 * @param name its name
	 * @return the certificate
	 * @throws Exception if keytool fails
	 */
	public static TestCertificate create(Path directory, String name) throws Exception {
		Path file = directory.resolve(name + ".p12");
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias",
						"key", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2", "-dname", "CN=" + name,
						"-ext", "SAN=ip:127.0.0.1,dns:localhost", "-storetype", "PKCS12", "-storepass",
						new String(PASSWORD), "-keystore", file.toString()));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (process.waitFor() != 0) {
			throw new IOException(output);
		}
		return new TestCertificate(KeyStore.getInstance(file.toFile(), PASSWORD));
	}

	public String certificatePem() throws Exception {
		return pem("CERTIFICATE", this.store.getCertificate("key").getEncoded());
	}

	public String keyPem() throws Exception {
		return pem("PRIVATE KEY", this.store.getKey("key", PASSWORD).getEncoded());
	}

	/**
	 * Replaces the files of certificate and key, each atomically.
	 * @param directory gets {@code cert.pem} and {@code key.pem}
	 * @throws Exception if that fails
	 */
	public void writePem(Path directory) throws Exception {
		replace(directory.resolve("key.pem"), keyPem());
		replace(directory.resolve("cert.pem"), certificatePem());
	}

	/**
	 * Writes a key store that trusts this certificate.
	 * @param file the file, of type PKCS12, with the password {@code changeit}
	 * @throws Exception if that fails
	 */
	public void writeTrustStore(Path file) throws Exception {
		try (OutputStream target = Files.newOutputStream(file)) {
			trusting().store(target, PASSWORD);
		}
	}

	private KeyStore trusting() throws Exception {
		KeyStore trust = KeyStore.getInstance("PKCS12");
		trust.load(null, null);
		Certificate copy = CertificateFactory.getInstance("X.509")
			.generateCertificate(new ByteArrayInputStream(this.store.getCertificate("key").getEncoded()));
		trust.setCertificateEntry("trusted", copy);
		return trust;
	}

	private static void replace(Path file, String text) throws IOException {
		Path fresh = file.resolveSibling(file.getFileName() + ".new");
		Files.writeString(fresh, text);
		Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
	}

	private static String pem(String type, byte[] content) {
		return "-----BEGIN " + type + "-----\n"
				+ Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content)
				+ "\n-----END " + type + "-----\n";
	}

	/**
	 * Creates the context of a client or server that has a certificate and trusts another
	 * one.
	 * @param own the certificate, or {@code null}
	 * @param trusted the certificate that is trusted
	 * @return the context
	 * @throws Exception if that fails
	 */
	public static SSLContext context(@Nullable TestCertificate own, TestCertificate trusted) throws Exception {
		TrustManagerFactory trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trustManagers.init(trusted.trusting());
		KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keyManagers.init((own != null) ? own.store : null, PASSWORD);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
		return context;
	}

}
