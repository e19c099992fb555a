package io.eardrum.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A client as plain as real ones: a socket, bytes out, bytes in. Bytes are sent at once
 * (no Nagle), and each read ends after ten seconds at the latest.
 * <p>
 * One thread may send while another one reads.
 */
public final class TestClient implements AutoCloseable {

	private static final int TIMEOUT_MILLIS = 10_000;

	private static final int MAX_REPLY_BYTES = 64 * 1024 * 1024;

	private final Socket socket;

	private final InputStream input;

	private final OutputStream output;

	private TestClient(Socket socket) throws IOException {
		this.socket = socket;
		this.input = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
		this.output = socket.getOutputStream();
	}

	private static Socket connect(SocketAddress address, int receiveBufferBytes) throws IOException {
		Socket socket = new Socket();
		if (receiveBufferBytes > 0) {
			socket.setReceiveBufferSize(receiveBufferBytes);
		}
		socket.setTcpNoDelay(true);
		socket.setSoTimeout(TIMEOUT_MILLIS);
		try {
			socket.connect(address, TIMEOUT_MILLIS);
			return socket;
		}
		catch (IOException ex) {
			socket.close();
			throw ex;
		}
	}

	public static TestClient connect(int port) throws IOException {
		return connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
	}

	/**
	 * Connects from one of the addresses of this machine.
	 * @param from the address, such as 127.0.0.2
	 * @param port the port on 127.0.0.1
	 * @return the client
	 * @throws IOException if the connection fails
	 */
	public static TestClient connectFrom(String from, int port) throws IOException {
		Socket socket = new Socket();
		socket.setTcpNoDelay(true);
		socket.setSoTimeout(TIMEOUT_MILLIS);
		try {
			socket.bind(new InetSocketAddress(from, 0));
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
			return new TestClient(socket);
		}
		catch (IOException ex) {
			socket.close();
			throw ex;
		}
	}

	public static TestClient connect(SocketAddress address) throws IOException {
		return new TestClient(connect(address, 0));
	}

	/**
	 * Connects with a receive buffer of about the given size, so that the server soon
	 * notices when nothing is read.
	 * @param port the port on 127.0.0.1
	 * @param receiveBufferBytes the size to ask for
	 * @return the client
	 * @throws IOException if the connection fails
	 */
	public static TestClient connectWithSmallReceiveBuffer(int port, int receiveBufferBytes) throws IOException {
		return new TestClient(
				connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), receiveBufferBytes));
	}

	/**
	 * Connects with TLS. The handshake is done when this returns; with TLS 1.3, the
	 * server may still reject it.
	 * @param port the port on 127.0.0.1
	 * @param context knows the certificates
	 * @param receiveBufferBytes the size of receive buffer to ask for, or 0
	 * @param protocols the versions that may be used; none for the default
	 * @return the client
	 * @throws IOException if the connection or the handshake fails
	 */
	static TestClient connectWithTls(int port, SSLContext context, int receiveBufferBytes, String... protocols)
			throws IOException {
		Socket plain = connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), receiveBufferBytes);
		SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "127.0.0.1", port, true);
		if (protocols.length > 0) {
			socket.setEnabledProtocols(protocols);
		}
		SSLParameters parameters = socket.getSSLParameters();
		parameters.setEndpointIdentificationAlgorithm("HTTPS");
		socket.setSSLParameters(parameters);
		try {
			socket.startHandshake();
			return new TestClient(socket);
		}
		catch (IOException ex) {
			plain.close();
			throw ex;
		}
	}

	public TestClient send(String text) throws IOException {
		return send(text.getBytes(StandardCharsets.UTF_8));
	}

	public TestClient send(byte[] bytes) throws IOException {
		return send(bytes, 0, bytes.length);
	}

	public TestClient send(byte[] bytes, int from, int to) throws IOException {
		this.output.write(bytes, from, to - from);
		this.output.flush();
		return this;
	}

	/**
	 * Reads one reply: up to the empty line that ends it, which is included.
	 * @return the reply
	 * @throws IOException if the stream ends or fails before
	 */
	public String reply() throws IOException {
		ByteArrayOutputStream reply = new ByteArrayOutputStream();
		int last = -1;
		while (true) {
			int next = this.input.read();
			if (next < 0) {
				throw new EOFException("the stream ended after <" + text(reply) + ">");
			}
			reply.write(next);
			if (next == '\n' && last == '\n') {
				return text(reply);
			}
			last = next;
		}
	}

	public String exchange(String text) throws IOException {
		return send(text).reply();
	}

	/**
	 * Reads a number of bytes.
	 * @param count the number of bytes
	 * @return the bytes as text; fewer if the stream ends
	 * @throws IOException if reading fails
	 */
	public String read(int count) throws IOException {
		return new String(this.input.readNBytes(count), StandardCharsets.UTF_8);
	}

	/**
	 * Reads once, like the many clients that call {@code recv(1024)}.
	 * @return what that one call has returned
	 * @throws IOException if reading fails
	 */
	public String receiveOnce() throws IOException {
		byte[] buffer = new byte[1024];
		int length = this.socket.getInputStream().read(buffer);
		return new String(buffer, 0, Math.max(length, 0), StandardCharsets.UTF_8);
	}

	public int read(byte[] buffer) throws IOException {
		return this.input.read(buffer);
	}

	/**
	 * Reads everything up to the end of the stream, which must be a clean one.
	 * @return what arrived
	 * @throws IOException if the connection is reset, or nothing arrives for too long
	 */
	public String readToEnd() throws IOException {
		return new String(this.input.readNBytes(MAX_REPLY_BYTES), StandardCharsets.UTF_8);
	}

	/**
	 * Reads everything until the connection is closed, cleanly or by a reset.
	 * @return what arrived, and how it ended
	 * @throws SocketTimeoutException if the connection stays open
	 */
	public Rest readUntilClosed() throws SocketTimeoutException {
		ByteArrayOutputStream received = new ByteArrayOutputStream();
		byte[] buffer = new byte[64 * 1024];
		try {
			for (int length = this.input.read(buffer); length >= 0; length = this.input.read(buffer)) {
				received.write(buffer, 0, length);
			}
			return new Rest(text(received), false);
		}
		catch (SocketTimeoutException ex) {
			throw ex;
		}
		catch (IOException ex) {
			return new Rest(text(received), true);
		}
	}

	/**
	 * Sends an end of stream, as {@code nc -N} does, and goes on reading.
	 * @return this client
	 * @throws IOException if it can't be sent
	 */
	public TestClient halfClose() throws IOException {
		this.socket.shutdownOutput();
		return this;
	}

	/**
	 * Ends the connection with a reset.
	 * @throws IOException if that fails
	 */
	public void reset() throws IOException {
		this.socket.setSoLinger(true, 0);
		this.socket.close();
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	private static String text(ByteArrayOutputStream bytes) {
		return bytes.toString(StandardCharsets.UTF_8);
	}

	/**
	 * What arrived before a connection was closed.
	 *
	 * @param text what arrived
	 * @param reset whether the connection was reset instead of ended
	 */
	public record Rest(String text, boolean reset) {

	}

}
