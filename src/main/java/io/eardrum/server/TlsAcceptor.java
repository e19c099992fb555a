package io.eardrum.server;

import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * Accepts TLS with the certificates and options of an SSL bundle. When the bundle is
 * reloaded, connections from then on get the new ones; if those are of no use, the old
 * ones stay, and the log says so.
 * <p>
 * Handshakes compute on threads of their own, half as many as there are processors, so
 * that a storm of them leaves the others to those who are connected. Safe for any number
 * of threads.
 */
final class TlsAcceptor implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(TlsAcceptor.class);

	private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

	private static final int POOLED_BUFFERS = 64;

	private final Pool<byte[]> buffers = new Pool<>(POOLED_BUFFERS, () -> new byte[TlsChannel.BUFFER_LENGTH]);

	private final ClientAuthentication clientAuthentication;

	private final ThreadPoolExecutor handshakes;

	private volatile Setup setup;

	/**
	 * Creates an acceptor.
	 * @param bundles where the bundle is
	 * @param name its name
	 * @param clientAuthentication whether clients show a certificate
	 * @throws NoSuchSslBundleException if there is none of that name
	 * @throws IllegalStateException if its certificates can't be used
	 */
	TlsAcceptor(SslBundles bundles, String name, ClientAuthentication clientAuthentication) {
		this.clientAuthentication = clientAuthentication;
		this.setup = Setup.of(bundles.getBundle(name));
		int count = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
		AtomicLong threads = new AtomicLong();
		this.handshakes = new ThreadPoolExecutor(count, count, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
				(task) -> {
					Thread thread = new Thread(task, "eardrum-tls-" + threads.incrementAndGet());
					thread.setDaemon(true);
					return thread;
				});
		this.handshakes.allowCoreThreadTimeOut(true);
		bundles.addBundleUpdateHandler(name, (bundle) -> reload(name, bundle));
	}

	private void reload(String name, SslBundle bundle) {
		try {
			this.setup = Setup.of(bundle);
			logger.info("New connections use the reloaded certificates of the SSL bundle '" + name + "'");
		}
		catch (RuntimeException ex) {
			logger.error("The reloaded certificates of the SSL bundle '" + name
					+ "' are of no use; the ones before stay in use", ex);
		}
	}

	/**
	 * Makes TLS of a connection.
	 * @param channel the socket
	 * @return what to read from and write to, after a handshake
	 */
	TlsChannel accept(SocketChannel channel) {
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
		return new TlsChannel(channel, engine, this.buffers);
	}

	Executor handshakes() {
		return this.handshakes;
	}

	@Override
	public void close() {
		this.handshakes.shutdownNow();
	}

	private record Setup(SSLContext context, List<String> protocols, List<String> ciphers) {

		static Setup of(SslBundle bundle) {
			String[] protocols = bundle.getOptions().getEnabledProtocols();
			String[] ciphers = bundle.getOptions().getCiphers();
			Setup setup = new Setup(bundle.createSslContext(), (protocols != null) ? List.of(protocols) : PROTOCOLS,
					(ciphers != null) ? List.of(ciphers) : List.of());
			// What can't be used is to be found out now and not by the first client.
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
