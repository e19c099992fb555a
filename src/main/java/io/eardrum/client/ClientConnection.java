package io.eardrum.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.time.Duration;

import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

import io.eardrum.protocol.PrintableText;

/**
 * A connection to a server. One thread may read while another one writes, and any thread
 * may {@linkplain #abort() abort} it.
 */
final class ClientConnection {

	private static final int MAX_TEXT_LENGTH = 500;

	/** The TCP connection below TLS, if there is TLS: closing it never waits. */
	private final Socket transport;

	private final OutputStream output;

	private final ReplyReader replies;

	private ClientConnection(Socket transport, Socket socket, WaitLimit limit, Duration readTimeout)
			throws IOException {
		this.transport = transport;
		this.output = socket.getOutputStream();
		this.replies = new ReplyReader(socket.getInputStream(), limit, readTimeout);
	}

	/**
	 * Connects.
	 * @param options where to connect to, and how
	 * @return the connection
	 * @throws MetricClientException if that fails
	 */
	static ClientConnection open(ClientOptions options) {
		WaitLimit limit = new WaitLimit(System::nanoTime);
		Socket transport = new TimedSocket(limit);
		try {
			long startNanos = System.nanoTime();
			int timeoutMillis = (int) options.connectTimeout().toMillis();
			transport.setTcpNoDelay(true);
			transport.setKeepAlive(true);
			transport.connect(new InetSocketAddress(options.host(), options.port()), timeoutMillis);
			// The handshake gets what is left of the time.
			limit.begin(options.connectTimeout().minusNanos(System.nanoTime() - startNanos));
			SSLSocketFactory tls = options.tls();
			Socket socket = (tls != null) ? handshake(tls, transport, options) : transport;
			return new ClientConnection(transport, socket, limit, options.readTimeout());
		}
		catch (IOException ex) {
			close(transport);
			throw new MetricClientException(MetricClientException.Reason.UNREACHABLE,
					"no connection to " + options.host() + ":" + options.port() + ": " + text(ex), ex);
		}
		catch (RuntimeException | Error ex) {
			close(transport);
			throw ex;
		}
	}

	private static Socket handshake(SSLSocketFactory factory, Socket transport, ClientOptions options)
			throws IOException {
		SSLSocket socket = (SSLSocket) factory.createSocket(transport, options.host(), options.port(), true);
		SSLParameters parameters = socket.getSSLParameters();
		// Without this, a valid certificate for any other host would do as well.
		parameters.setEndpointIdentificationAlgorithm("HTTPS");
		socket.setSSLParameters(parameters);
		socket.startHandshake();
		return socket;
	}

	private static String text(IOException ex) {
		if (ex instanceof UnknownHostException) {
			return "unknown host";
		}
		if (ex instanceof SocketTimeoutException) {
			return "timeout";
		}
		if (hasCause(ex, CertPathBuilderException.class) || hasCause(ex, CertPathValidatorException.class)) {
			return "its certificate is not trusted";
		}
		if (ex instanceof EOFException || ex.getMessage() == null) {
			return "the other side ended the connection";
		}
		return PrintableText.of(ex.getMessage(), MAX_TEXT_LENGTH);
	}

	private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
		// The causes may form a cycle, and no real chain is as long as this.
		Throwable cause = failure;
		for (int depth = 0; cause != null && depth < 20; depth++) {
			if (type.isInstance(cause)) {
				return true;
			}
			cause = cause.getCause();
		}
		return false;
	}

	ReplyReader replies() {
		return this.replies;
	}

	void write(CommandBuffer commands) throws IOException {
		commands.writeTo(this.output);
		this.output.flush();
	}

	boolean isAborted() {
		return this.transport.isClosed();
	}

	/**
	 * Closes the connection at once, which ends reads and writes that wait.
	 */
	void abort() {
		close(this.transport);
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			// No caller can do anything about it.
		}
	}

}
