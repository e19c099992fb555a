package io.eardrum.server.graphite;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.eardrum.address.NetworkList;
import io.eardrum.protocol.LineParser;
import io.eardrum.protocol.PlaintextParser;
import io.eardrum.server.command.Frame;
import io.eardrum.server.command.Reply;
import io.eardrum.server.command.SoleTurn;
import io.eardrum.server.event.GraphiteObserver;
import io.eardrum.server.gateway.CommandServiceActivator;
import io.eardrum.server.limit.DefectLog;
import io.eardrum.server.limit.InboundMemoryLimit;

/**
 * Receives datagrams of lines and stores their points. It stores all datagrams that have
 * arrived together with one commit. A line ends with its datagram at the latest. While
 * points are being stored, the system buffers what arrives; what exceeds its buffer is
 * lost.
 * <p>
 * One thread does all the work. Any thread may start and stop it. An
 * {@link OutOfMemoryError} ends that thread, and with it the server.
 */
final class DatagramReceiver {

	/** The size of the receive buffer that the system is asked for, in bytes. */
	private static final int RECEIVE_BUFFER_LENGTH = 8 * 1024 * 1024;

	/** The longest datagram there can be. */
	private static final int MAX_LENGTH = 65535;

	/** How much is stored together at most, in bytes. */
	private static final int BUFFER_LENGTH = 256 * 1024;

	/** How much is stored together at most, in datagrams, which may be empty. */
	private static final int MAX_DATAGRAMS = 16 * 1024;

	private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final Log logger = LogFactory.getLog(DatagramReceiver.class);

	private final NetworkList allowed;

	private final CommandServiceActivator activator;

	private final GraphiteObserver observer;

	private final InboundMemoryLimit memory;

	private final SoleTurn turn;

	private final Frame frame;

	private final byte[] lines = new byte[BUFFER_LENGTH];

	private final ByteBuffer target = ByteBuffer.wrap(this.lines);

	private final DefectLog defects = new DefectLog(logger);

	private final DatagramChannel channel;

	private final Selector selector;

	private final int receiveBufferLength;

	private volatile boolean stopping;

	private final CompletableFuture<Void> ended = new CompletableFuture<>();

	/**
	 * Starts to listen.
	 * @param address the address to listen on
	 * @param allowed the networks from which datagrams are accepted
	 * @param parser parses the lines
	 * @param activator executes them
	 * @param observer counts what arrives
	 * @param memory accounts for what is being stored
	 * @throws IOException if it can't listen there
	 */
	DatagramReceiver(InetSocketAddress address, NetworkList allowed, LineParser parser,
			CommandServiceActivator activator, GraphiteObserver observer, InboundMemoryLimit memory)
			throws IOException {
		this.allowed = allowed;
		this.memory = memory;
		this.activator = activator;
		this.observer = observer;
		this.turn = new SoleTurn(activator::newGroup);
		this.frame = new Frame(parser, OutputStream.nullOutputStream(), observer, null);
		this.frame.setTurn(this.turn);
		this.channel = listen(address);
		try {
			this.receiveBufferLength = this.channel.getOption(StandardSocketOptions.SO_RCVBUF);
			this.selector = selector(this.channel);
		}
		catch (IOException | RuntimeException ex) {
			this.channel.close();
			throw ex;
		}
	}

	private static DatagramChannel listen(InetSocketAddress address) throws IOException {
		DatagramChannel channel = DatagramChannel.open();
		try {
			channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_LENGTH);
			channel.bind(address);
			channel.configureBlocking(false);
			return channel;
		}
		catch (IOException | RuntimeException ex) {
			channel.close();
			throw ex;
		}
	}

	private static Selector selector(DatagramChannel channel) throws IOException {
		Selector selector = Selector.open();
		try {
			channel.register(selector, SelectionKey.OP_READ);
			return selector;
		}
		catch (IOException | RuntimeException ex) {
			selector.close();
			throw ex;
		}
	}

	void start() {
		Thread thread = new Thread(this::run, "eardrum-graphite-udp");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * Lets the receiver end once everything that arrived before is stored. This does not
	 * wait for it.
	 * @return completes when the receiver has ended
	 */
	CompletableFuture<Void> stop() {
		this.stopping = true;
		this.selector.wakeup();
		return this.ended;
	}

	boolean isListening() {
		return this.channel.isOpen() && !this.stopping;
	}

	// Returns the size of the system's buffer, in bytes.
	int receiveBufferLength() {
		return this.receiveBufferLength;
	}

	private void run() {
		try {
			while (!this.stopping) {
				attempt(this::serve);
			}
			attempt(this::serveRest);
		}
		finally {
			close();
			this.ended.complete(null);
		}
	}

	private void serve() throws IOException {
		this.selector.select();
		this.selector.selectedKeys().clear();
		while (!this.stopping && serveReceived() > 0) {
			// There may be more.
		}
	}

	// No more than the system's buffer can have held, because clients may go on sending.
	private void serveRest() throws IOException {
		long left = this.receiveBufferLength;
		int count = 1;
		while (left > 0 && count > 0) {
			count = serveReceived();
			left -= count;
		}
	}

	private void attempt(Step step) {
		try {
			step.run();
		}
		catch (IOException | RuntimeException | Error ex) {
			recover(ex);
		}
	}

	private void recover(Throwable failure) {
		this.defects.survive("Datagrams could not be received", failure);
		this.turn.reset();
		LockSupport.parkNanos(RETRY_NANOS);
	}

	// Stores what has arrived, as far as it fits the buffer. Returns how much that was,
	// which is 0 only if nothing had arrived.
	private int serveReceived() throws IOException {
		int end = 0;
		int datagrams = 0;
		int bytes = 0;
		while (end + MAX_LENGTH < BUFFER_LENGTH && datagrams < MAX_DATAGRAMS) {
			this.target.limit(end + MAX_LENGTH).position(end);
			SocketAddress sender = this.channel.receive(this.target);
			if (sender == null) {
				break;
			}
			datagrams++;
			if (!this.allowed.allows(((InetSocketAddress) sender).getAddress())) {
				this.observer.connectionRefused();
				continue;
			}
			bytes += this.target.position() - end;
			end = withoutByteOrderMark(end, this.target.position());
			if (end > 0 && this.lines[end - 1] != '\n') {
				this.lines[end++] = '\n';
			}
		}
		if (datagrams > 0) {
			this.observer.datagramsReceived(datagrams, bytes);
			execute(end);
		}
		return Math.max(end, datagrams);
	}

	// Moves what follows a byte order mark to the start of the datagram. Returns where
	// the next datagram begins.
	private int withoutByteOrderMark(int start, int end) {
		int mark = PlaintextParser.byteOrderMarkLength(this.lines, start, end);
		if (mark > 0) {
			System.arraycopy(this.lines, start + mark, this.lines, start, end - start - mark);
		}
		return end - mark;
	}

	// Only one frame is executed at a time, so it needs no place in the queue. The system
	// holds what is not received yet, and drops what exceeds its buffer.
	private void execute(int end) {
		long bytes = InboundMemoryLimit.of(end);
		boolean large = InboundMemoryLimit.isLarge(end);
		this.memory.take(bytes, large);
		try {
			store(end);
		}
		finally {
			this.memory.giveBack(bytes, large);
		}
	}

	private void store(int end) {
		this.frame.set(this.lines, 0, end, false);
		Reply reply = this.activator.execute(this.frame);
		this.turn.group().commit();
		try {
			reply.writeTo(OutputStream.nullOutputStream());
		}
		catch (IOException ex) {
			logger.debug("A frame of datagrams was given up", ex);
		}
	}

	private void close() {
		try {
			this.channel.close();
			this.selector.close();
		}
		catch (IOException ex) {
			logger.debug("The port was closed already", ex);
		}
	}

	/**
	 * A part of the work that may fail, and is then tried again.
	 */
	private interface Step {

		void run() throws IOException;

	}

}
