package io.eardrum.server.channel;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.eardrum.budget.ObjectPool;
import io.eardrum.server.limit.LogThrottle;

/**
 * Exchanges bytes through TLS, once the {@linkplain #handshake() handshake} is done.
 * <p>
 * No bytes stay here of which the system has no further news: the handshake takes one
 * record at a time from the socket, and {@link #read} decrypts all whole records that it
 * takes. Only the {@linkplain TlsRecord start of a record} stays, whose end is still to
 * come.
 * <p>
 * Memory: an idle connection holds what the JDK's engine needs, and no buffer but the
 * start of a record. It borrows a large buffer while it decrypts or encrypts bytes, and
 * while the client does not take what is encrypted.
 */
public final class TlsChannel implements ConnectionChannel {

	/** Some records, of 16 KiB and a little each. */
	static final int BUFFER_LENGTH = 64 * 1024;

	/**
	 * How much room decrypting needs: a buffer, and the longest record. The engine asks
	 * for the latter before it looks whether the whole record has come.
	 */
	static final int MIN_ROOM = BUFFER_LENGTH + 32 * 1024;

	/**
	 * How often a call reads from the socket. Long records fill the target then; with
	 * short ones, more reads would keep other clients waiting.
	 */
	private static final int MAX_ROUNDS = 3;

	/**
	 * How many records may bring no data, in a row or in one call. Such a record has new
	 * keys, of which a client wants some in a terabyte, or nothing at all.
	 */
	private static final int MAX_EMPTY_RECORDS = 64;

	private static final Log logger = LogFactory.getLog(TlsChannel.class);

	private static final LogThrottle defectRate = new LogThrottle();

	private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

	private final SocketChannel channel;

	private final SSLEngine engine;

	private final ObjectPool<byte[]> buffers;

	private final Executor handshakes;

	private final TlsOutput output;

	/** The start of a record, as long as its end has not come. */
	private final TlsRecord rest = new TlsRecord();

	private volatile boolean handshaking = true;

	private boolean begun;

	private boolean inputEnded;

	private int maxRead = Integer.MAX_VALUE;

	/** Whether a look has found something since the last read. */
	private boolean ahead;

	/** Records without data since the last call that brought some. */
	private int emptyRecords;

	/**
	 * Creates a channel.
	 * @param channel the socket, in non-blocking mode before the first byte is read
	 * @param engine an engine for this connection alone
	 * @param buffers arrays of {@link #BUFFER_LENGTH}
	 * @param handshakes has the threads for its handshake
	 */
	TlsChannel(SocketChannel channel, SSLEngine engine, ObjectPool<byte[]> buffers, Executor handshakes) {
		this.channel = channel;
		this.engine = engine;
		this.buffers = buffers;
		this.handshakes = handshakes;
		this.output = new TlsOutput(channel, engine, buffers);
	}

	// Returns what executes the steps of the handshake.
	public Executor handshakes() {
		return this.handshakes;
	}

	public boolean isHandshaking() {
		return this.handshaking;
	}

	/**
	 * Goes on with the handshake as far as the client's bytes allow. This computes, for a
	 * millisecond or so each time, and never waits.
	 * @return whether it is done; if not, the client has to send something first
	 * @throws NoTlsException if the client does not speak TLS
	 * @throws IOException if the client is gone, or if the handshake fails; the client
	 * has been told so unless a defect is the reason
	 */
	public boolean handshake() throws IOException {
		try {
			if (!this.begun) {
				this.begun = true;
				this.engine.beginHandshake();
			}
			while (true) {
				switch (this.engine.getHandshakeStatus()) {
					case NEED_TASK -> runTasks();
					case NEED_WRAP -> this.output.sendHandshake();
					case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
						if (!this.rest.readFrom(this.channel)) {
							return false;
						}
						receiveHandshake();
					}
					default -> {
						this.handshaking = false;
						return true;
					}
				}
			}
		}
		catch (SSLException ex) {
			this.output.sendAlert();
			throw ex;
		}
		catch (RuntimeException ex) {
			throw failed(ex);
		}
	}

	// Engines pass on what checks of certificates throw, and have defects of their own. A
	// client that finds one has broken its own connection, and no other.
	private SSLException failed(RuntimeException defect) {
		if (defectRate.permits()) {
			logger.error("A client of TLS could not be served because of a defect", defect);
		}
		return new SSLException("the engine failed: " + defect, defect);
	}

	private void runTasks() {
		for (Runnable task = this.engine.getDelegatedTask(); task != null; task = this.engine.getDelegatedTask()) {
			task.run();
		}
	}

	private void receiveHandshake() throws IOException {
		ByteBuffer record = this.rest.content();
		SSLEngineResult result = this.engine.unwrap(record, NOTHING);
		if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
			throw new EOFException("the client closed during the handshake");
		}
		if (result.getStatus() != SSLEngineResult.Status.OK || record.hasRemaining()) {
			throw new SSLException("a record that the handshake does not expect: " + result.getStatus());
		}
		this.rest.clear();
	}

	/**
	 * Reads and decrypts what has come, as far as that does not take long. The system
	 * goes on reporting what stays in the socket.
	 * @param target takes it; nothing is read while it has less room than
	 * {@link #MIN_ROOM}
	 * @return how many bytes there are, 0 for none, or -1 behind the end
	 * @throws IOException if what has come is not valid TLS, or brings no data in too
	 * many records, or if the connection is broken
	 */
	@Override
	public int read(ByteBuffer target) throws IOException {
		int start = target.position();
		this.ahead = false;
		if (!this.inputEnded) {
			byte[] buffer = this.buffers.take();
			ByteBuffer encrypted = ByteBuffer.wrap(buffer).put(this.rest.content());
			try {
				boolean filled = true;
				for (int round = 0; round < MAX_ROUNDS && filled && !this.inputEnded
						&& target.remaining() >= MIN_ROOM; round++) {
					int most = this.maxRead;
					if (encrypted.remaining() > most) {
						encrypted.limit(encrypted.position() + most);
					}
					int count = this.channel.read(encrypted);
					filled = count > 0 && !encrypted.hasRemaining() && encrypted.limit() == encrypted.capacity();
					encrypted.flip();
					this.inputEnded = !decrypt(encrypted, target) || count < 0;
					encrypted.compact();
				}
			}
			catch (SSLException ex) {
				this.output.sendAlert();
				throw ex;
			}
			catch (RuntimeException ex) {
				throw failed(ex);
			}
			finally {
				this.rest.set(buffer, encrypted.position());
				this.buffers.giveBack(buffer);
			}
		}
		int count = target.position() - start;
		if (count > 0) {
			this.emptyRecords = 0;
		}
		return (count == 0 && this.inputEnded) ? -1 : count;
	}

	// Returns whether the client goes on.
	private boolean decrypt(ByteBuffer encrypted, ByteBuffer target) throws IOException {
		while (encrypted.hasRemaining()) {
			SSLEngineResult result = this.engine.unwrap(encrypted, target);
			switch (result.getStatus()) {
				case OK -> {
					if (result.bytesProduced() == 0 && ++this.emptyRecords > MAX_EMPTY_RECORDS) {
						throw new SSLException("too many records without data");
					}
					goOn(result.getHandshakeStatus());
				}
				case BUFFER_UNDERFLOW -> {
					return true;
				}
				case CLOSED -> {
					return false;
				}
				default -> throw new SSLException("a record longer than there may be");
			}
		}
		return true;
	}

	// In TLS 1.3, each side announces new keys with one record. With the renegotiation
	// before that, a client could keep this server computing.
	private void goOn(HandshakeStatus status) throws IOException {
		HandshakeStatus next = status;
		while (next == HandshakeStatus.NEED_TASK || next == HandshakeStatus.NEED_WRAP) {
			if (!"TLSv1.3".equals(this.engine.getSession().getProtocol())) {
				throw new SSLException("renegotiation is not allowed");
			}
			if (next == HandshakeStatus.NEED_TASK) {
				runTasks();
			}
			else {
				this.output.sendAnswer();
			}
			next = this.engine.getHandshakeStatus();
		}
	}

	@Override
	public void setMaxRead(int bytes) {
		this.maxRead = bytes;
	}

	@Override
	public void look() throws IOException {
		if (!this.handshaking && !this.inputEnded && !this.ahead && SocketLook.isDrained(this.channel)) {
			ByteBuffer next = ByteBuffer.allocate(1);
			if (this.channel.read(next) > 0) {
				this.rest.add(next.get(0));
				this.ahead = true;
			}
		}
	}

	@Override
	public boolean hasAhead() {
		return this.ahead;
	}

	@Override
	public int unfinishedBytes() {
		return this.rest.heldBytes();
	}

	@Override
	public int unsentBytes() {
		return BUFFER_LENGTH;
	}

	@Override
	public int write(ByteBuffer source) throws IOException {
		return this.output.write(source);
	}

	@Override
	public boolean hasUnsent() {
		return this.output.hasUnsent();
	}

	@Override
	public boolean isInputEnded() {
		return this.inputEnded;
	}

	@Override
	public void endOutput() throws IOException {
		sayGoodbye();
		this.channel.shutdownOutput();
	}

	/**
	 * Tells the client that nothing is missing, unless another thread is sending.
	 */
	public void sayGoodbye() {
		this.output.sayGoodbye(!this.handshaking);
	}

	@Override
	public boolean isOpen() {
		return this.channel.isOpen();
	}

	@Override
	public void close() throws IOException {
		sayGoodbye();
		this.channel.close();
	}

}
