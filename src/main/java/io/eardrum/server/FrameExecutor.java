package io.eardrum.server;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.function.Consumer;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.protocol.Command;
import io.eardrum.protocol.CommandHandler;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.protocol.ReplyWriter;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;

/**
 * Executes the commands of one frame after the other and collects their replies, which
 * makes it the {@link FrameReply} as well. It holds the memory that this takes, some 10
 * KiB at first and up to about 800 KiB after large frames, and so comes from a
 * {@link Pool}: a session has one only from the moment its frame is complete until the
 * reply is sent. Used by one thread at a time.
 * <p>
 * Implementation note: consecutive puts go to the store as one batch. Until that returns
 * it is not known how they are to be answered, so the replies between two batches are
 * kept as the lengths of their runs: some puts, some wrong commands, some puts, and so
 * on.
 */
final class FrameExecutor implements CommandHandler, PointSink, FrameReply {

	/**
	 * A frame of the usual size makes one batch; a huge one must not become huge here.
	 */
	private static final int MAX_BATCH_POINTS = 16384;

	private final MetricRepository repository;

	private final Pool<FrameExecutor> pool;

	private final Consumer<RuntimeException> defects;

	private final PointBatch batch = new PointBatch();

	private final ReplyWriter replies = new ReplyWriter(OutputStream.nullOutputStream());

	private final FrameCounts counts = new FrameCounts();

	/** Lengths of runs of puts (at even indexes) and of wrong commands (at odd ones). */
	private int[] runs = new int[8];

	private int lastRun;

	private boolean last;

	/**
	 * Creates an executor.
	 * @param repository where the points are
	 * @param pool where this object goes when its reply has been sent
	 * @param defects is told of failures that the store does not know itself
	 */
	FrameExecutor(MetricRepository repository, Pool<FrameExecutor> pool, Consumer<RuntimeException> defects) {
		this.repository = repository;
		this.pool = pool;
		this.defects = defects;
	}

	/**
	 * Executes the commands of a frame.
	 * @param frame the frame
	 * @return the replies, which is this object
	 * @throws IOException if the client can't be reached, or a reply can't be finished
	 */
	FrameReply execute(Frame frame) throws IOException {
		this.replies.reset(frame.output());
		this.counts.clear();
		forgetRuns();
		this.batch.clear();
		this.last = !frame.parser().parse(frame.source(), frame.from(), frame.to(), this);
		if (frame.isCut() && !this.last) {
			frame.parser().cutLine(this);
		}
		flushRuns();
		return this;
	}

	FrameCounts counts() {
		return this.counts;
	}

	@Override
	public void put(byte[] source, int keyOffset, int keyLength, long timestamp, double value) throws IOException {
		if ((this.lastRun & 1) == 1) {
			nextRun();
		}
		this.runs[this.lastRun]++;
		this.batch.add(source, keyOffset, keyLength, timestamp, value);
		if (this.batch.size() == MAX_BATCH_POINTS) {
			flushRuns();
		}
	}

	@Override
	public void wrong(Command command, ErrorReason reason) throws IOException {
		if ((this.lastRun & 1) == 0) {
			nextRun();
		}
		this.runs[this.lastRun]++;
		this.counts.failed(command, reason, 1);
	}

	@Override
	public void get(byte[] source, int keyOffset, int keyLength) throws IOException {
		SeriesKey key = SeriesKey.of(source, keyOffset, keyLength);
		rows(Command.GET, () -> this.repository.read(key, TimeRange.ALL, this));
	}

	@Override
	public void getAll() throws IOException {
		rows(Command.GET_ALL, () -> this.repository.readAll(TimeRange.ALL, this));
	}

	@Override
	public void accept(SeriesKey key, long[] timestamps, double[] values, int from, int to) throws IOException {
		this.counts.returned(to - from);
		this.replies.rows(key, timestamps, values, from, to);
	}

	@Override
	public void writeTo(OutputStream output) throws IOException {
		this.replies.flush();
		this.replies.reset(OutputStream.nullOutputStream());
		this.pool.giveBack(this);
	}

	@Override
	public boolean isLast() {
		return this.last;
	}

	private void rows(Command command, Reading reading) throws IOException {
		flushRuns();
		long mark = this.replies.beginRows();
		try {
			reading.run();
			this.replies.endRows();
			this.counts.served(command, 1);
		}
		catch (RuntimeException ex) {
			report(ex);
			this.counts.failed(command, ErrorReason.STORAGE, 1);
			if (!this.replies.rollBack(mark)) {
				// Rows have left already: only a broken connection can tell the client.
				throw new ReplyCutException(ex);
			}
			this.replies.storageUnavailable(1);
		}
	}

	// Stores the puts collected so far, and answers them and what stood between them.
	private void flushRuns() throws IOException {
		boolean stored = store();
		for (int run = 0; run <= this.lastRun; run++) {
			int count = this.runs[run];
			if ((run & 1) == 1) {
				this.replies.wrongCommand(count);
			}
			else if (stored) {
				this.replies.ok(count);
			}
			else {
				this.replies.storageUnavailable(count);
			}
		}
		forgetRuns();
	}

	private boolean store() {
		int points = this.batch.size();
		if (points == 0) {
			return true;
		}
		try {
			this.repository.put(this.batch);
			this.counts.served(Command.PUT, points);
			return true;
		}
		catch (RuntimeException ex) {
			report(ex);
			this.counts.failed(Command.PUT, ErrorReason.STORAGE, points);
			return false;
		}
		finally {
			this.batch.clear();
		}
	}

	// The store itself logs and shows what it knows to be wrong with it.
	private void report(RuntimeException exception) {
		if (!(exception instanceof StorageException)) {
			this.defects.accept(exception);
		}
	}

	private void nextRun() {
		this.lastRun++;
		if (this.lastRun == this.runs.length) {
			this.runs = Arrays.copyOf(this.runs, this.runs.length * 2);
		}
		this.runs[this.lastRun] = 0;
	}

	private void forgetRuns() {
		this.lastRun = 0;
		this.runs[0] = 0;
	}

	/**
	 * Reads from the store.
	 */
	private interface Reading {

		void run() throws IOException;

	}

}
