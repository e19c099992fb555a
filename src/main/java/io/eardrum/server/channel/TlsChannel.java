package io.eardrum.server.channel;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.eardrum.server.limit.LogThrottle;

/**
 * Exchanges bytes through TLS, once the {@linkplain #handshake() handshake} is done.
 * <p>
 * Nothing is held back here that the client has sent and the system no longer tells of:
 * the handshake takes one record at a time from the socket, and {@link #read} decrypts
 * all whole records that it takes, so that what stays is the start of one whose end is
 * still to come.
 * <p>
 * Memory: an idle connection holds what the JDK's engine needs, and no buffer but that
 * start of a record. Large buffers are borrowed while bytes are encrypted or decrypted,
 * and while the client does not take what is encrypted.
 * <p>
 * Long, for the handshake, reading and writing are three uses of one engine, whose states
 * have to be minded together.
 */
public final class TlsChannel implements ConnectionChannel {

	/** Some records, of 16 KiB and a little each. */
	static final int BUFFER_LENGTH = 64 * 1024;

	/**
	 * How much room decrypting wants: for a buffer, and for the longest record, which the
	 * engine asks for before it looks whether all of that has come.
	 */
	static final int MIN_ROOM = BUFFER_LENGTH + 32 * 1024;

	private static final int HEADER_LENGTH = 5;

	private static final int FIRST_CONTENT_TYPE = 20;

	private static final int LAST_CONTENT_TYPE = 24;

	private static final int MAJOR_VERSION = 3;

	private static final int FIRST_LENGTH = 1024;

	/** The longest record that any version allows, with its header. */
	private static final int MAX_RECORD_LENGTH = HEADER_LENGTH + 16 * 1024 + 2048;

	/** Fill the target with long records; with short ones, others are kept waiting. */
	private static final int MAX_ROUNDS = 3;

	/**
	 * How many records may bring no data, in a row or in one call: new keys, of which a
	 * client wants some in a terabyte, or nothing at all.
	 */
	private static final int MAX_EMPTY_RECORDS = 64;

	/** How many bytes of answers to new keys are kept for a client that reads nothing. */
	private static final int MAX_UNSENT_ANSWERS = 1024;

	private static final byte[] NO_BYTES = {};

	private static final Log logger = LogFactory.getLog(TlsChannel.class);

	private static final LogThrottle defectRate = new LogThrottle();

	private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

	private final SocketChannel channel;

	private final SSLEngine engine;

	private final ObjectPool<byte[]> buffers;

	private final Executor handshakes;

	/** Guards what is sent, for any thread may close. */
	private final ReentrantLock sending = new ReentrantLock();

	private volatile boolean handshaking = true;

	private boolean begun;

	/** The start of a record, as long as its end has not come. */
	private byte[] rest = NO_BYTES;

	private int restLength;

	private ByteBuffer unsent = NOTHING;

	/** The borrowed array behind that. */
	private byte @Nullable [] unsentBuffer;

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
	}

	// Where the handshake is to be computed.
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
	 * @throws NoTlsException if the client speaks anything but TLS
	 * @throws IOException if the handshake fails, of which the client has been told
	 * unless it is because of a defect, or the client is gone
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
					case NEED_WRAP -> sendHandshake();
					case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
						if (!readRecord()) {
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
			sendAlert();
			throw ex;
		}
		catch (RuntimeException ex) {
			throw failed(ex);
		}
	}

	// Engines pass on what checks of certificates throw, and have defects of their own. A
	// client that finds one has broken its own connection, and is no matter for others.
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

	private void sendHandshake() throws IOException {
		this.sending.lock();
		try {
			encrypt(NOTHING);
			if (!flush()) {
				throw new IOException("the client does not take the handshake");
			}
		}
		finally {
			this.sending.unlock();
		}
	}

	// Takes as much of one record as has come: returns whether it is there as a whole.
	private boolean readRecord() throws IOException {
		while (this.restLength < recordLength()) {
			int wanted = recordLength();
			if (this.rest.length == this.restLength) {
				// No more than the client sends, whatever it says that will come.
				this.rest = Arrays.copyOf(this.rest,
						Math.min(Math.max(FIRST_LENGTH, this.restLength * 2), Math.max(FIRST_LENGTH, wanted)));
			}
			int count = this.channel.read(
					ByteBuffer.wrap(this.rest, this.restLength, Math.min(wanted, this.rest.length) - this.restLength));
			if (count < 0) {
				throw new EOFException("the client left during the handshake");
			}
			if (count == 0) {
				return false;
			}
			this.restLength += count;
			checkHeader();
		}
		return true;
	}

	private void checkHeader() throws IOException {
		int type = this.rest[0];
		boolean known = type >= FIRST_CONTENT_TYPE && type <= LAST_CONTENT_TYPE;
		if (!known || (this.restLength > 1 && this.rest[1] != MAJOR_VERSION)) {
			throw new NoTlsException();
		}
		if (this.restLength >= HEADER_LENGTH && recordLength() > MAX_RECORD_LENGTH) {
			throw new SSLException("a record of " + recordLength() + " bytes");
		}
	}

	// As far as one knows yet.
	private int recordLength() {
		return (this.restLength < HEADER_LENGTH) ? HEADER_LENGTH
				: HEADER_LENGTH + ((this.rest[3] & 0xFF) << Byte.SIZE | (this.rest[4] & 0xFF));
	}

	private void receiveHandshake() throws IOException {
		ByteBuffer record = ByteBuffer.wrap(this.rest, 0, this.restLength);
		SSLEngineResult result = this.engine.unwrap(record, NOTHING);
		if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
			throw new EOFException("the client closed during the handshake");
		}
		if (result.getStatus() != SSLEngineResult.Status.OK || record.hasRemaining()) {
			throw new SSLException("a record that the handshake does not expect: " + result.getStatus());
		}
		this.rest = NO_BYTES;
		this.restLength = 0;
	}

	// The engine knows what to tell the client.
	private void sendAlert() {
		this.sending.lock();
		try {
			if (this.engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
				encrypt(NOTHING);
				flush();
			}
		}
		catch (IOException ex) {
			// Then it learns from the end of the connection.
		}
		finally {
			this.sending.unlock();
		}
	}

	/**
	 * Reads and decrypts what has come, as far as it can be done soon: what stays in the
	 * socket, the system goes on telling of.
	 * @param target takes it; nothing is read while it has less room than
	 * {@link #MIN_ROOM}
	 * @return how many bytes there are, 0 for none, or -1 behind the end
	 * @throws IOException if what has come is no TLS, or keeps this server busy with
	 * nothing, or the connection is broken
	 */
	@Override
	public int read(ByteBuffer target) throws IOException {
		int start = target.position();
		this.ahead = false;
		if (!this.inputEnded) {
			byte[] buffer = this.buffers.take();
			System.arraycopy(this.rest, 0, buffer, 0, this.restLength);
			ByteBuffer encrypted = ByteBuffer.wrap(buffer).position(this.restLength);
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
				sendAlert();
				throw ex;
			}
			catch (RuntimeException ex) {
				throw failed(ex);
			}
			finally {
				this.restLength = encrypted.position();
				this.rest = (this.restLength > 0) ? Arrays.copyOf(buffer, this.restLength) : NO_BYTES;
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

	// New keys, since TLS 1.3, are a word of each side. The renegotiation before that
	// would let a client keep this server computing.
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
				this.sending.lock();
				try {
					sendAnswer();
				}
				finally {
					this.sending.unlock();
				}
			}
			next = this.engine.getHandshakeStatus();
		}
	}

	// Sent now or with the next reply. Nobody waits for a client that doesn't read before
	// it gets one, so what is kept until then takes no more room than it needs.
	private void sendAnswer() throws IOException {
		encrypt(NOTHING);
		if (flush()) {
			return;
		}
		if (this.unsent.remaining() > MAX_UNSENT_ANSWERS) {
			throw new SSLException("the client wants new keys, and takes none");
		}
		byte[] kept = new byte[this.unsent.remaining()];
		this.unsent.get(kept);
		giveBackUnsent();
		this.unsent = ByteBuffer.wrap(kept);
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
				this.rest = Arrays.copyOf(this.rest, this.restLength + 1);
				this.rest[this.restLength++] = next.get(0);
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
		return this.rest.length;
	}

	@Override
	public int unsentBytes() {
		return BUFFER_LENGTH;
	}

	@Override
	public int write(ByteBuffer source) throws IOException {
		this.sending.lock();
		try {
			int start = source.position();
			while (flush() && source.hasRemaining()) {
				encrypt(source);
			}
			return source.position() - start;
		}
		finally {
			this.sending.unlock();
		}
	}

	@Override
	public boolean hasUnsent() {
		return this.unsent.hasRemaining();
	}

	// Encrypts as much as the buffer takes, behind what is in it; at least one record.
	private void encrypt(ByteBuffer source) throws IOException {
		ByteBuffer target = this.unsent;
		if (target.hasRemaining()) {
			target = ByteBuffer.allocate(target.remaining() + BUFFER_LENGTH).put(target);
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
		giveBackUnsent();
		return true;
	}

	private void giveBackUnsent() {
		byte[] borrowed = this.unsentBuffer;
		this.unsentBuffer = null;
		this.unsent = NOTHING;
		if (borrowed != null) {
			this.buffers.giveBack(borrowed);
		}
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

	// Tells the client that nothing is missing, unless somebody is sending.
	public void sayGoodbye() {
		if (!this.sending.tryLock()) {
			return;
		}
		try {
			this.engine.closeOutbound();
			if (!this.handshaking && flush()) {
				encrypt(NOTHING);
				flush();
			}
		}
		catch (IOException ex) {
			// It is gone already.
		}
		finally {
			this.sending.unlock();
		}
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
