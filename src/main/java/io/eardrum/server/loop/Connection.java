package io.eardrum.server.loop;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

import javax.net.ssl.SSLException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.eardrum.budget.ThreadShortage;
import io.eardrum.protocol.LineParser;
import io.eardrum.protocol.ReplyWriter;
import io.eardrum.server.channel.ConnectionChannel;
import io.eardrum.server.channel.HandshakeQueue;
import io.eardrum.server.channel.NoTlsException;
import io.eardrum.server.channel.PlainChannel;
import io.eardrum.server.channel.SocketLook;
import io.eardrum.server.channel.TlsChannel;
import io.eardrum.server.command.AbortedReply;
import io.eardrum.server.command.Frame;
import io.eardrum.server.command.Reply;
import io.eardrum.server.command.Turn;
import io.eardrum.server.event.ResetReason;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.limit.ClientMemory;
import io.eardrum.server.limit.UnfinishedInputLimit;

/**
 * A connection that reads {@link Frame frames} and writes their replies.
 * <p>
 * It is served by the threads of an {@link EventLoop}, by one at a time. Other threads
 * may only look at it and end it: the {@link ConnectionWatchdog} when the client does not
 * take its replies or is silent for too long, and what ends the port when the server
 * stops. A session is idle while it waits for a frame and busy until the reply to it has
 * been sent; an idle one may be ended at any time, a busy one ends itself when it has
 * answered.
 * <p>
 * No failure of a client is logged above debug level: clients come and go as they like,
 * and could fill the disk with it.
 * <p>
 * Long, for all that may happen to a connection stands here side by side.
 */
public final class Connection implements FrameAccount.Holder, UnfinishedInputLimit.Client {

	/**
	 * How long a session that has just been answered is left alone before a reset, which
	 * may overtake what is still on its way to the client.
	 */
	private static final long DELIVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	/** How long a client that is being turned away may go on sending. */
	private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(1);

	/**
	 * How long a client may be waited for until its handshake is done. The time that it
	 * waits for this server is not counted.
	 */
	private static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(10);

	/** What a client of TLS begins with, and no command: a handshake, a version. */
	private static final byte[] TLS_HANDSHAKE = { 22, 3 };

	/** That client understands this: a fatal alert, the handshake has failed. */
	private static final byte[] TLS_ALERT = { 21, 3, 1, 0, 2, 2, 40 };

	private static final int DISCARD_LENGTH = 8 * 1024;

	/** Many hundred puts, which take longer than another thread needs to take over. */
	private static final int HEAVY_FRAME_LENGTH = 32 * 1024;

	/** So long a frame takes longer than that if it is one of gets. */
	private static final int HEAVY_READS_LENGTH = 512;

	private static final byte[] GET = { 'g', 'e', 't', ' ' };

	/** A frame that takes no longer doesn't need other threads than that of the loop. */
	private static final long LIGHT_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

	private static final Log logger = LogFactory.getLog(Connection.class);

	private final Socket socket;

	private final @Nullable InetAddress remoteAddress;

	private final SocketChannel channel;

	private final ConnectionChannel stream;

	private final @Nullable TlsChannel tls;

	private final Port port;

	private final ServerObserver observer;

	private final Frame frame;

	private final FrameInput input;

	private final ReplyOutputStream output;

	private final FrameAccount account;

	private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

	private final AtomicReference<Ending> ending = new AtomicReference<>(Ending.NONE);

	/** Moved on while this connection is busy, by as long as that takes. */
	private volatile long handshakeDeadlineNanos = System.nanoTime() + HANDSHAKE_NANOS;

	private volatile boolean handshakeBegun;

	private volatile long lastReceivedNanos = System.nanoTime();

	/** When the client was told that the session is over; meaningless before. */
	private volatile long farewellNanos;

	/** Whether all that still comes is thrown away. */
	private volatile boolean discarding;

	/** Serves this connection when something has come that the loop is not told of. */
	private volatile @Nullable Consumer<Connection> workers;

	private volatile @Nullable SelectionKey key;

	private volatile @Nullable FrameHandler handler;

	// What follows belongs to the thread that serves this connection.

	/** Whether it is known that the client speaks no TLS. */
	private boolean plain;

	private @Nullable Reply reply;

	/** The length of the last frame, in bytes. */
	private volatile int lastLength;

	/** Whether the last frame took so long that the loop is not to wait for the next. */
	private boolean heavy;

	/** Whether the rest of the frame waits, or has waited, for a commit of the loop. */
	private boolean waitedForCommit;

	private long beganNanos;

	/**
	 * Creates the connection of a client.
	 * @param channel the connection
	 * @param tls makes TLS of it; none for what is to go in the clear
	 * @param port what it has in common with others
	 * @param parser reads its lines
	 * @param buffer collects them
	 * @param answering whether replies are sent
	 */
	public Connection(SocketChannel channel, @Nullable TlsChannel tls, Port port, LineParser parser,
			FrameDecoder buffer, boolean answering) {
		this.channel = channel;
		this.socket = channel.socket();
		this.remoteAddress = this.socket.getInetAddress();
		this.port = port;
		this.observer = port.observer();
		this.tls = tls;
		this.stream = (tls != null) ? tls : new PlainChannel(channel);
		this.account = new FrameAccount(port.memory(), this);
		this.output = new ReplyOutputStream(this.stream, buffer, this.account, this.observer);
		this.frame = new Frame(parser, answering ? this.output : OutputStream.nullOutputStream(), this.observer,
				this.stream);
		this.input = new FrameInput(this.stream, buffer, this.frame);
	}

	public SocketChannel channel() {
		return this.channel;
	}

	/**
	 * Has its frames handled, before there is one.
	 * @param frames handles them
	 */
	public void handleBy(FrameHandler frames) {
		this.handler = frames;
	}

	// The port by which it has come.
	Port port() {
		return this.port;
	}

	/**
	 * Is served by a loop from now on.
	 * @param registration tells the loop what it waits for
	 * @param besideLoop serves it when something has come that the loop is not told of
	 */
	void serveBy(SelectionKey registration, Consumer<Connection> besideLoop) {
		this.workers = besideLoop;
		this.key = registration;
		this.output.register(registration);
	}

	// Returns whether there can't be commands yet.
	boolean isHandshaking() {
		TlsChannel encrypted = this.tls;
		return encrypted != null && encrypted.isHandshaking() && !this.discarding;
	}

	// Returns whether that has lasted for too long.
	boolean isHandshakeOverdue() {
		return isHandshaking() && isIdle() && System.nanoTime() - this.handshakeDeadlineNanos > 0;
	}

	/**
	 * Goes on with the handshake, on another thread: it computes. This connection is busy
	 * until the client has to send more.
	 */
	void shakeHandsElsewhere() {
		TlsChannel encrypted = this.tls;
		if (encrypted != null && this.state.compareAndSet(State.IDLE, State.BUSY)) {
			long startedNanos = System.nanoTime();
			try {
				encrypted.handshakes()
					.execute(new HandshakeQueue.Step(this.port.client().apply(this), this.handshakeBegun,
							() -> shakeHands(encrypted, startedNanos)));
			}
			catch (RejectedExecutionException ex) {
				becomeIdle();
				reset(ResetReason.SHUTDOWN);
			}
			catch (OutOfMemoryError ex) {
				ThreadShortage.require(ex);
				becomeIdle();
				reset(ResetReason.HANDSHAKE);
			}
		}
	}

	@SuppressWarnings("NonAtomicVolatileUpdate")
	private void shakeHands(TlsChannel encrypted, long startedNanos) {
		this.handshakeBegun = true;
		try {
			if (encrypted.handshake()) {
				this.observer.handshakeEnded(true);
			}
		}
		catch (NoTlsException ex) {
			refuse(ReplyWriter.tlsExpected());
		}
		catch (SSLException ex) {
			logger.debug("The handshake failed: " + ex);
			refuse(new byte[0]);
		}
		catch (IOException ex) {
			logger.debug("The connection broke: " + ex);
			reset(ResetReason.CLIENT);
		}
		catch (RuntimeException | Error ex) {
			// The client may have caused it, and could fill the disk with it.
			logger.debug("The handshake failed: " + ex);
			reset(ResetReason.INTERNAL_ERROR);
			ThreadShortage.require(ex);
		}
		finally {
			this.handshakeDeadlineNanos += System.nanoTime() - startedNanos;
			becomeIdleElsewhere();
		}
	}

	// Ends a session that can't be, with something that the client understands.
	private void refuse(byte[] reply) {
		this.observer.handshakeEnded(false);
		try {
			this.farewellNanos = System.nanoTime();
			this.discarding = true;
			this.channel.write(ByteBuffer.wrap(reply));
			this.channel.shutdownOutput();
		}
		catch (IOException ex) {
			reset(ResetReason.CLIENT);
		}
	}

	/**
	 * Receives what has arrived on an idle connection.
	 * @return whether that completes a frame; it is to be executed then, for this
	 * connection is busy
	 */
	boolean receive() {
		if (this.port.stopping().getAsBoolean()) {
			// What has not been read is not executed. The loop looks no further here.
			endIfIdle();
			return false;
		}
		// Where a frame comes too late, another thread is about to reset this connection.
		return receiveFrame() && this.state.compareAndSet(State.IDLE, State.BUSY);
	}

	/**
	 * Receives what has arrived on a busy connection whose last frame has been answered.
	 * @return whether that completes a frame, to be executed; if not, this connection has
	 * to become idle
	 */
	boolean receiveNext() {
		return goesOn() && (this.input.hasAhead() || !isHeldBack()) && receiveFrame();
	}

	// Whether more of what the client sends is to be executed.
	private boolean goesOn() {
		return !this.discarding && !this.input.isEnded() && !this.port.stopping().getAsBoolean() && !isEnding();
	}

	/**
	 * Returns whether nothing may be read from it now, because there is no memory for a
	 * frame; {@link #awaitMemory()} has to be called then.
	 * @return whether its client has to wait
	 */
	boolean isHeldBack() {
		return !this.discarding && this.account.hasToWait() && !hasJustEnded();
	}

	// To read the end of the stream takes no memory, and who has left need not wait.
	private boolean hasJustEnded() {
		try {
			return SocketLook.isDrained(this.channel);
		}
		catch (IOException ex) {
			return true;
		}
	}

	/**
	 * Has the loop tell of what has arrived again once there is memory for it.
	 */
	void awaitMemory() {
		this.account.await();
	}

	@Override
	public void waited() {
		this.lastReceivedNanos = System.nanoTime();
	}

	@Override
	public void readOn() {
		armAgain();
	}

	/**
	 * Returns whether the frame probably takes so long that others should not wait for
	 * it.
	 * @return whether it is to be executed beside the loop
	 */
	boolean isHeavy() {
		int length = this.input.frameLength();
		return length >= HEAVY_FRAME_LENGTH || this.heavy
				|| (length >= HEAVY_READS_LENGTH && this.input.matching(GET) == GET.length);
	}

	private boolean receiveFrame() {
		try {
			if (this.discarding) {
				discard();
				return false;
			}
			int most = this.account.maxRead();
			this.input.setMaxRead(most);
			int count = this.input.receive();
			if (count > 0) {
				this.account.received(count, most);
				this.lastReceivedNanos = System.nanoTime();
				this.observer.received(count);
				if (!this.plain && this.tls == null && beginsWithTls()) {
					this.input.release();
					refuse(TLS_ALERT);
					return false;
				}
			}
			if (this.input.hasFrame()) {
				return true;
			}
			if (this.input.isEnded()) {
				close();
			}
			this.account.settle();
			this.account.holdUnfinished(this.input.unfinishedBytes(), false);
		}
		catch (IOException ex) {
			logger.debug("The connection broke: " + ex);
			reset(ResetReason.CLIENT);
		}
		return false;
	}

	@Override
	public long unfinishedBytes() {
		return this.account.unfinishedBytes();
	}

	@Override
	public long unfinishedNanos() {
		return this.account.unfinishedNanos();
	}

	@Override
	public void endForUnfinishedInput() {
		reset(ResetReason.UNFINISHED_INPUT);
	}

	// It takes two bytes to know: one of them alone may begin a wrong command.
	private boolean beginsWithTls() {
		int matching = this.input.matching(TLS_HANDSHAKE);
		this.plain = matching == 0 || matching < Math.min(this.input.length(), TLS_HANDSHAKE.length);
		return matching == TLS_HANDSHAKE.length;
	}

	/**
	 * Executes the frame as far as it goes soon, and keeps the reply. It may be
	 * {@linkplain #isPaused() paused} then.
	 * @param current the turn of the thread that leads the loop, whose group the puts go
	 * into; this connection may leave it
	 */
	void execute(Turn current) {
		executeSome(current);
		this.waitedForCommit = isPaused() && awaitsCommit();
		if (this.waitedForCommit) {
			// Many wait together, and none of them is to hold a large buffer meanwhile.
			this.input.shrinkIfSmall();
		}
		// Waiting for a commit takes no processor.
		this.heavy = isPaused() && (!this.waitedForCommit || this.lastLength >= HEAVY_READS_LENGTH);
	}

	/**
	 * Executes the frame, or what is left of it, for one turn beside the loop.
	 * @param current the turn of a thread that does not lead
	 */
	void executeTurn(Turn current) {
		boolean whole = this.reply == null || this.waitedForCommit;
		this.waitedForCommit = false;
		executeSome(current);
		boolean light = whole && !isPaused() && System.nanoTime() - this.beganNanos < LIGHT_NANOS;
		this.heavy = !light && this.lastLength < HEAVY_FRAME_LENGTH;
	}

	private void executeSome(Turn current) {
		this.frame.setTurn(current);
		this.output.beginExecution(current);
		this.beganNanos = System.nanoTime();
		Reply begun = this.reply;
		this.reply = null;
		try {
			if (begun != null) {
				this.reply = begun.goOn();
			}
			else {
				begin();
			}
		}
		finally {
			this.output.endExecution();
			if (!isPaused()) {
				this.input.release();
			}
		}
	}

	private void begin() {
		takeForFrame();
		if (this.account.isTight()) {
			this.input.shrink();
		}
		this.reply = Objects.requireNonNull(this.handler).handle(this.input.readFrame());
	}

	// Whether there are commands of the frame left, for another turn.
	boolean isPaused() {
		Reply begun = this.reply;
		return begun != null && begun.isPaused();
	}

	// Whether there is a frame that has not been answered.
	boolean hasFrame() {
		return this.reply != null || this.input.hasFrame();
	}

	/**
	 * Prepares for standing in line for a turn.
	 * @param behindOthers whether that takes its time; it holds no more memory than it
	 * needs then
	 */
	void awaitTurn(boolean behindOthers) {
		forgetTurn();
		if (this.input.hasFrame()) {
			takeForFrame();
		}
		// It holds no more than others that wait for a commit if it has read nothing yet.
		if (this.reply != null && !this.waitedForCommit) {
			this.account.expectExecution();
		}
		if (behindOthers) {
			this.input.shrinkIfSmall();
		}
	}

	private void takeForFrame() {
		int length = this.input.frameLength();
		this.lastLength = length;
		this.account.takeForFrame(length, isHeavy());
	}

	/**
	 * Gives up the frame whose turn does not come any more, or whose client has left: it
	 * is neither executed to the end nor answered.
	 */
	void giveUp() {
		Reply begun = this.reply;
		this.reply = null;
		if (begun != null) {
			begun.giveUp();
		}
		this.input.release();
		reset(ResetReason.SHUTDOWN);
		becomeIdleElsewhere();
	}

	// Returns whether the reply has to wait until the group is committed.
	boolean awaitsCommit() {
		Reply due = this.reply;
		return due != null && due.awaitsCommit();
	}

	/**
	 * Sends the reply to the frame that was executed last, whose group has been
	 * committed.
	 * @param current the turn of the thread that sends it, which need not be the one in
	 * which the frame was executed
	 */
	void sendReply(Turn current) {
		this.frame.setTurn(current);
		this.output.beginReply(current);
		Reply due = this.reply;
		this.reply = null;
		try {
			if (due == null) {
				throw new AbortedReply.AbortedReplyException(ResetReason.INTERNAL_ERROR);
			}
			boolean last = due.isLast();
			Objects.requireNonNull(this.handler).write(due, this.output);
			if (last) {
				sayFarewell();
			}
		}
		catch (AbortedReply.AbortedReplyException ex) {
			reset(ex.reason());
		}
		catch (IOException ex) {
			reset(ResetReason.CLIENT);
		}
		finally {
			this.account.giveBack();
		}
	}

	private void forgetTurn() {
		// A connection that waits is not to hold the memory of a group.
		this.frame.setTurn(null);
		this.output.endTurn();
	}

	/**
	 * Waits for the next frame: the last one has been answered.
	 * @return whether there may be one
	 */
	boolean becomeIdle() {
		this.account.giveBack();
		forgetTurn();
		if (this.input.isEnded() && !this.discarding) {
			close();
			return false;
		}
		if (this.input.hasAhead() && goesOn() && goOnElsewhere()) {
			return false;
		}
		this.account.holdUnfinished(this.input.unfinishedBytes(), true);
		this.state.set(State.IDLE);
		if (isEnding()) {
			close();
			return false;
		}
		return true;
	}

	// The system does not tell of what a look has found.
	private boolean goOnElsewhere() {
		Consumer<Connection> besideLoop = this.workers;
		if (besideLoop == null) {
			return false;
		}
		besideLoop.accept(this);
		return true;
	}

	/**
	 * Goes back to the loop, from a thread that does not lead it.
	 */
	void becomeIdleElsewhere() {
		if (becomeIdle()) {
			armAgain();
		}
	}

	private void armAgain() {
		SelectionKey registration = this.key;
		if (registration != null) {
			try {
				registration.interestOpsOr(SelectionKey.OP_READ);
				registration.selector().wakeup();
			}
			catch (CancelledKeyException ex) {
				// It has been closed by somebody else.
			}
		}
	}

	// Called by the loop: the client has taken something, and there is room again.
	void writable() {
		this.output.wakeUp();
	}

	// Others need the memory that is held for its client.
	@Override
	public void endForMemory() {
		reset(ResetReason.UNREAD_REPLIES);
	}

	// Returns whether it has been closed or reset, or is about to be.
	boolean isEnding() {
		return this.ending.get() != Ending.NONE;
	}

	/**
	 * Ends this connection in order: the client gets what it was sent.
	 */
	public void close() {
		if (!this.ending.compareAndSet(Ending.NONE, Ending.CLOSED) && this.ending.get() == Ending.RESET) {
			// The thread that resets it may not have got that far: this close would be a
			// clean end.
			preventLingering();
		}
		try {
			if (this.tls != null && this.ending.get() == Ending.CLOSED) {
				this.tls.sayGoodbye();
			}
			closeSocket();
		}
		finally {
			this.port.ended().accept(this);
			this.account.end();
			// A thread that waits for the client to take its reply would wait for ever.
			this.output.end();
			letGo();
		}
	}

	/**
	 * Ends this connection with a reset: at once, and without what has not been delivered
	 * yet. If it is busy, the thread that serves it finds it ended.
	 * @param reason why, to be counted if this is what ends the connection
	 */
	public void reset(ResetReason reason) {
		if (this.ending.compareAndSet(Ending.NONE, Ending.RESET)) {
			preventLingering();
			try {
				this.channel.close();
			}
			catch (IOException ex) {
				logger.debug("The connection is gone already: " + ex);
			}
			this.output.end();
			letGo();
			this.account.end();
			try {
				if (this.state.get() == State.ENDED || endIfIdle()) {
					closeSocket();
				}
			}
			finally {
				// Last, because the process may end as soon as no connection is left.
				this.port.ended().accept(this);
				this.observer.connectionReset(reason);
			}
		}
	}

	private void closeSocket() {
		FrameHandler frames = this.handler;
		if (frames != null) {
			frames.closeSocket();
			return;
		}
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			logger.debug("The connection is gone already: " + ex);
		}
	}

	private void preventLingering() {
		if (!this.channel.isOpen()) {
			return;
		}
		try {
			this.socket.setSoLinger(true, 0);
		}
		catch (IOException ex) {
			logger.debug("The connection is gone already: " + ex);
		}
	}

	// For the system, a connection is closed only when the loop has let go of it.
	private void letGo() {
		SelectionKey registration = this.key;
		if (registration != null) {
			registration.selector().wakeup();
		}
	}

	/**
	 * Makes sure that no further frame of this connection is executed, if none is being
	 * executed now.
	 * @return whether that is so; the caller then has to reset this connection
	 */
	public boolean endIfIdle() {
		return this.state.compareAndSet(State.IDLE, State.ENDED);
	}

	boolean isIdle() {
		return this.state.get() == State.IDLE;
	}

	// Returns whether no further frame of this connection will be executed.
	public boolean isEnded() {
		return this.state.get() == State.ENDED;
	}

	// How much longer the last reply should be given to arrive, in nanoseconds.
	public long undeliveredNanos() {
		return Math.max(0, DELIVERY_NANOS - this.output.sentNanosAgo());
	}

	@Nullable InetAddress remoteAddress() {
		return this.remoteAddress;
	}

	// When the client has last sent or taken something, as System.nanoTime().
	long lastSeenNanos() {
		long received = this.lastReceivedNanos;
		long sent = this.output.lastSentNanos();
		return (sent - received > 0) ? sent : received;
	}

	// For how long the client has sent nothing, in nanoseconds.
	long silentNanos() {
		return this.account.isWaiting() ? 0 : System.nanoTime() - this.lastReceivedNanos;
	}

	// For how long the write under way has not been taken, in nanoseconds.
	long blockedNanos() {
		return this.output.blockedNanos();
	}

	/**
	 * Closes this connection if the client has been told that it is over, and had the
	 * time to go by itself.
	 */
	void closeIfOverdue() {
		if (this.discarding && System.nanoTime() - this.farewellNanos > FAREWELL_NANOS && endIfIdle()) {
			close();
		}
	}

	/**
	 * Ends the stream to the client and waits for it to go: a close while input is unread
	 * would become a reset, which may overtake the last reply.
	 */
	private void sayFarewell() throws IOException {
		this.farewellNanos = System.nanoTime();
		this.discarding = true;
		this.stream.endOutput();
	}

	private void discard() throws IOException {
		ByteBuffer discarded = ByteBuffer.allocate(DISCARD_LENGTH);
		if (this.channel.read(discarded) < 0) {
			close();
		}
	}

	/**
	 * What connections of a port have in common.
	 *
	 * @param memory what their clients may take
	 * @param observer is told what happens on them
	 * @param stopping tells whether no further frame is to be executed
	 * @param client returns what identifies the client of a connection
	 * @param ended is told of each connection that ends
	 */
	public record Port(ClientMemory memory, ServerObserver observer, BooleanSupplier stopping,
			Function<Connection, Object> client, Consumer<Connection> ended) {

	}

	private enum State {

		/** Waits for a frame. */
		IDLE,

		/** Has a frame that is not answered yet. */
		BUSY,

		/** Will not execute another frame. */
		ENDED

	}

	private enum Ending {

		NONE, CLOSED, RESET

	}

}
