package io.eardrum.server.channel;

import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

import io.eardrum.budget.ObjectPool;

/**
 * Accepts TLS with the certificates and options of an SSL bundle. When the bundle is
 * reloaded, new connections get the new certificates. If those can't be used, the old
 * ones stay, and the log says so.
 * <p>
 * Handshakes compute on threads of their own, half as many as there are processors. A
 * storm of handshakes thus leaves the other processors to connected clients. Clients take
 * turns there, and the time that they wait for a turn does not count as theirs. Safe for
 * any number of threads.
 */
public final class TlsAcceptor implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(TlsAcceptor.class);

	private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

	private static final String BUNDLE = "eardrum.tcp.ssl.bundle";

	private static final int POOLED_BUFFERS = 64;

	private final ObjectPool<byte[]> buffers = new ObjectPool<>(POOLED_BUFFERS,
			() -> new byte[TlsChannel.BUFFER_LENGTH]);

	private final ClientAuthentication clientAuthentication;

	private final ThreadPoolExecutor threads;

	private final HandshakeQueue handshakes;

	private volatile Setup setup;

	private TlsAcceptor(Setup setup, ClientAuthentication clientAuthentication) {
		this.setup = setup;
		this.clientAuthentication = clientAuthentication;
		int count = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
		AtomicLong threadCount = new AtomicLong();
		this.threads = new ThreadPoolExecutor(count, count, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
				(task) -> {
					Thread thread = new Thread(task, "eardrum-tls-" + threadCount.incrementAndGet());
					thread.setDaemon(true);
					return thread;
				});
		this.threads.allowCoreThreadTimeOut(true);
		this.handshakes = new HandshakeQueue(this.threads);
	}

	/**
	 * Creates an acceptor.
	 * @param bundles where the bundle is
	 * @param name the name of the bundle
	 * @param clientAuthentication what clients have to show
	 * @return the acceptor
	 * @throws InvalidConfigurationPropertyValueException if there is no such bundle, or
	 * it can't be used
	 */
	public static TlsAcceptor of(SslBundles bundles, String name, ClientAuthentication clientAuthentication) {
		try {
			TlsAcceptor acceptor = new TlsAcceptor(Setup.of(bundles.getBundle(name)), clientAuthentication);
			bundles.addBundleUpdateHandler(name, (bundle) -> acceptor.reload(name, bundle));
			return acceptor;
		}
		catch (NoSuchSslBundleException ex) {
			throw new InvalidConfigurationPropertyValueException(BUNDLE, name,
					"It must be the name of an SSL bundle (spring.ssl.bundle.pem.* or jks.*). "
							+ (bundles.getBundleNames().isEmpty() ? "None is configured."
									: "There are " + String.join(", ", bundles.getBundleNames()) + "."));
		}
		catch (RuntimeException ex) {
			throw new InvalidConfigurationPropertyValueException(BUNDLE, name,
					"This SSL bundle can't be used: " + causes(ex) + ".");
		}
	}

	private static String causes(Throwable failure) {
		StringBuilder text = new StringBuilder(String.valueOf(failure.getMessage()));
		for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
			text.append(": ").append(cause.getMessage());
		}
		return text.toString();
	}

	private void reload(String name, SslBundle bundle) {
		try {
			this.setup = Setup.of(bundle);
			logger.info("New connections use the reloaded certificates of the SSL bundle '" + name + "'");
		}
		catch (RuntimeException ex) {
			logger.error("The reloaded certificates of the SSL bundle '" + name
					+ "' can't be used; the previous ones stay in use", ex);
		}
	}

	/**
	 * Encrypts a connection.
	 * @param channel the socket
	 * @return the channel to read from and write to, after a handshake
	 */
	public TlsChannel accept(SocketChannel channel) {
		Setup current = this.setup;
		SSLEngine engine = current.engine();
		SSLParameters parameters = engine.getSSLParameters();
		parameters.setUseCipherSuitesOrder(true);
		switch (this.clientAuthentication) {
			case NEED -> parameters.setNeedClientAuth(true);
			case WANT -> parameters.setWantClientAuth(true);
			case NONE -> parameters.setNeedClientAuth(false);
		}
		engine.setSSLParameters(parameters);
		return new TlsChannel(channel, engine, this.buffers, this.handshakes);
	}

	@Override
	public void close() {
		this.threads.shutdownNow();
	}

	private record Setup(SSLContext context, List<String> protocols, List<String> ciphers) {

		static Setup of(SslBundle bundle) {
			String[] protocols = bundle.getOptions().getEnabledProtocols();
			String[] ciphers = bundle.getOptions().getCiphers();
			Setup setup = new Setup(bundle.createSslContext(), (protocols != null) ? List.of(protocols) : PROTOCOLS,
					(ciphers != null) ? List.of(ciphers) : List.of());
			// An engine that can't be used has to fail now, and not for the first client.
			setup.engine();
			return setup;
		}

		SSLEngine engine() {
			SSLEngine engine = this.context.createSSLEngine();
			engine.setUseClientMode(false);
			engine.setEnabledProtocols(this.protocols.toArray(String[]::new));
			if (!this.ciphers.isEmpty()) {
				engine.setEnabledCipherSuites(this.ciphers.toArray(String[]::new));
			}
			return engine;
		}

	}

}
