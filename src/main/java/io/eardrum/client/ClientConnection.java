package io.eardrum.client;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;

import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A connection to a server. One thread may read while another one writes, and any may
 * {@linkplain #abort() abort} it.
 */
final class ClientConnection {

	/** The TCP connection below TLS, if there is TLS: closing it never waits. */
	private final Socket transport;

	private final OutputStream output;

	private final ReplyReader replies;

	private ClientConnection(Socket transport, Socket socket) throws IOException {
		this.transport = transport;
		this.output = socket.getOutputStream();
		this.replies = new ReplyReader(socket.getInputStream());
	}

	/**
	 * Connects.
	 * @param options says where and how
	 * @return the connection
	 * @throws MetricClientException if that fails
	 */
	static ClientConnection open(ClientOptions options) {
		Socket transport = new Socket();
		try {
			int timeoutMillis = (int) options.connectTimeout().toMillis();
			transport.setTcpNoDelay(true);
			transport.setKeepAlive(true);
			transport.connect(new InetSocketAddress(options.host(), options.port()), timeoutMillis);
			transport.setSoTimeout(timeoutMillis);
			SSLSocketFactory tls = options.tls();
			Socket socket = (tls != null) ? handshake(tls, transport, options) : transport;
			transport.setSoTimeout((int) options.readTimeout().toMillis());
			return new ClientConnection(transport, socket);
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
		// Without it, any certificate that is valid for any host would do.
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
		return (ex.getMessage() != null) ? ex.getMessage() : ex.toString();
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
	 * Closes the connection at once, and thereby ends reads and writes that wait.
	 */
	void abort() {
		close(this.transport);
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			// There is nobody left whom it could concern.
		}
	}

}
