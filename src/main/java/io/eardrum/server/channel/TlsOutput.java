package io.eardrum.server.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.ObjectPool;

/**
 * Encrypts what a connection sends, and keeps what the client has not taken yet. It
 * borrows a large buffer for that, and gives it back once the client has taken all of it.
 * <p>
 * Safe for any number of threads, because any thread may close a connection.
 */
final class TlsOutput {

	/** How many bytes of answers to new keys are kept for a client that reads nothing. */
	private static final int MAX_UNSENT_ANSWERS = 1024;

	private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

	private final SocketChannel channel;

	private final SSLEngine engine;

	private final ObjectPool<byte[]> buffers;

	private final ReentrantLock lock = new ReentrantLock();

	private ByteBuffer unsent = NOTHING;

	/** The borrowed array behind that. */
	private byte @Nullable [] unsentBuffer;

	/**
	 * Creates the output of a connection.
	 * @param channel the socket
	 * @param engine encrypts
	 * @param buffers arrays of {@link TlsChannel#BUFFER_LENGTH}
	 */
	TlsOutput(SocketChannel channel, SSLEngine engine, ObjectPool<byte[]> buffers) {
		this.channel = channel;
		this.engine = engine;
		this.buffers = buffers;
	}

	/**
	 * Sends what the handshake requires next.
	 * @throws IOException if the client does not take it, or is gone
	 */
	void sendHandshake() throws IOException {
		this.lock.lock();
		try {
			encrypt(NOTHING);
			if (!flush()) {
				throw new IOException("the client does not take the handshake");
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Tells the client what is wrong, if the engine has an alert for it.
	 */
	void sendAlert() {
		this.lock.lock();
		try {
			if (this.engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
				encrypt(NOTHING);
				flush();
			}
		}
		catch (IOException ex) {
			// The client learns from the end of the connection.
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Answers new keys of the client, now or with the next reply. It does not wait for a
	 * client that does not read. What is kept until then takes no more room than it
	 * needs.
	 * @throws IOException if the client is gone, or takes no answer
	 */
	void sendAnswer() throws IOException {
		this.lock.lock();
		try {
			encrypt(NOTHING);
			if (flush()) {
				return;
			}
			if (this.unsent.remaining() > MAX_UNSENT_ANSWERS) {
				throw new SSLException("the client wants new keys, and takes none");
			}
			byte[] kept = new byte[this.unsent.remaining()];
			this.unsent.get(kept);
			giveBack();
			this.unsent = ByteBuffer.wrap(kept);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Encrypts and sends bytes, as long as the client takes them.
	 * @param source the bytes
	 * @return how many of them were taken
	 * @throws IOException if the connection is broken or closed
	 */
	int write(ByteBuffer source) throws IOException {
		this.lock.lock();
		try {
			int start = source.position();
			while (flush() && source.hasRemaining()) {
				encrypt(source);
			}
			return source.position() - start;
		}
		finally {
			this.lock.unlock();
		}
	}

	// Returns whether the client has not taken all that was written.
	boolean hasUnsent() {
		return this.unsent.hasRemaining();
	}

	/**
	 * Tells the client that nothing is missing, unless another thread is sending.
	 * @param encrypted whether the handshake is done, so that this can be sent
	 */
	void sayGoodbye(boolean encrypted) {
		if (!this.lock.tryLock()) {
			return;
		}
		try {
			this.engine.closeOutbound();
			if (encrypted && flush()) {
				encrypt(NOTHING);
				flush();
			}
		}
		catch (IOException ex) {
			// The client is gone already.
		}
		finally {
			this.lock.unlock();
		}
	}

	// Encrypts one record at least, and as much as the buffer takes behind what is in it.
	private void encrypt(ByteBuffer source) throws IOException {
		ByteBuffer target = this.unsent;
		if (target.hasRemaining()) {
			target = ByteBuffer.allocate(target.remaining() + TlsChannel.BUFFER_LENGTH).put(target);
		}
		else {
			this.unsentBuffer = this.buffers.take();
			target = ByteBuffer.wrap(this.unsentBuffer);
		}
		try {
			int recordLength = this.engine.getSession().getPacketBufferSize();
			do {
				SSLEngineResult result = this.engine.wrap(source, target);
				if (result.getStatus() == SSLEngineResult.Status.CLOSED && result.bytesProduced() == 0) {
					throw new ClosedChannelException();
				}
				if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
					throw new SSLException("a record of more than " + target.remaining() + " bytes");
				}
			}
			while (source.hasRemaining() && target.remaining() >= recordLength);
		}
		finally {
			this.unsent = target.flip();
		}
	}

	// Returns whether nothing is left.
	private boolean flush() throws IOException {
		if (this.unsent.hasRemaining()) {
			this.channel.write(this.unsent);
			if (this.unsent.hasRemaining()) {
				return false;
			}
		}
		giveBack();
		return true;
	}

	private void giveBack() {
		byte[] borrowed = this.unsentBuffer;
		this.unsentBuffer = null;
		this.unsent = NOTHING;
		if (borrowed != null) {
			this.buffers.giveBack(borrowed);
		}
	}

}
