package io.eardrum.cli.transfer;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.function.Consumer;

import io.eardrum.cli.terminal.ProgressBar;
import io.eardrum.client.MetricClient;
import io.eardrum.client.MetricClientException;
import io.eardrum.client.PutPipeline;
import io.eardrum.client.PutProgress;
import io.eardrum.metric.KeyedPoint;
import io.eardrum.protocol.PlaintextParser;
import io.eardrum.protocol.PrintableText;

/**
 * Puts the points that stand in lines, and keeps count of lines: those that hold no
 * point, those the server refused, and how many have been settled, from which another
 * import can go on. Used once, by one thread.
 */
public final class PointImport {

	private static final int MAX_PROBLEMS_SHOWN = 10;

	/** More than a pipeline ever holds unanswered, and a power of two. */
	private static final int REMEMBERED_LINES = 1 << 17;

	private final LineSource lines;

	private final PrintStream err;

	private final ProgressBar bar;

	private final Consumer<ImportPlace> keeper;

	private final long keepNanos;

	/** The line of each of the points that were put last, by the number of the point. */
	private final long[] lineOfPoint = new long[REMEMBERED_LINES];

	/** How much is before each of these lines. */
	private final long[] bytesBeforePoint = new long[REMEMBERED_LINES];

	private final long[] checksumBeforePoint = new long[REMEMBERED_LINES];

	private long line;

	private boolean markTold;

	private long points;

	private long rejected;

	private long keptNanos = System.nanoTime();

	/** How many refusals have been told. */
	private long refusals;

	/** All points before it are stored, or are refused and that has been told. */
	private long settledPoints;

	/** The first point that the store could not take. */
	private long stoppedAtPoint = Long.MAX_VALUE;

	private boolean complete;

	/** For a thread that asks in the middle of it. */
	private volatile ImportPlace settledForCertain = ImportPlace.START;

	private PutProgress progress = new PutProgress(0, 0, 0, -1);

	/**
	 * Prepares an import.
	 * @param lines where the points come from
	 * @param err where problems go
	 * @param bar shows how far it is
	 * @param keeper is told now and then what is settled
	 * @param keepInterval how long to wait in between
	 */
	public PointImport(LineSource lines, PrintStream err, ProgressBar bar, Consumer<ImportPlace> keeper,
			Duration keepInterval) {
		this.keeper = keeper;
		this.keepNanos = keepInterval.toNanos();
		this.lines = lines;
		this.err = err;
		this.bar = bar;
	}

	/**
	 * Leaves lines out. Before all others.
	 * @param count how many
	 * @return how many there were, and what was in them; less if there are no more
	 * @throws IOException if the lines can't be read
	 */
	public ImportPlace skip(long count) throws IOException {
		while (this.line < count && this.lines.next()) {
			this.line++;
		}
		this.settledForCertain = this.lines.place();
		return this.settledForCertain;
	}

	/**
	 * Puts all points.
	 * @param client the client to use
	 * @throws IOException if the lines can't be read
	 * @throws MetricClientException if the connection fails, or the server can't store
	 */
	public void run(MetricClient client) throws IOException {
		PutPipeline pipeline = client.pipeline(this::refused);
		try (pipeline) {
			putAll(pipeline);
			pipeline.await();
			this.complete = true;
		}
		finally {
			this.progress = pipeline.progress();
		}
	}

	private void putAll(PutPipeline pipeline) throws IOException {
		PointLine point = new PointLine();
		while (this.lines.next()) {
			this.line++;
			PointLine.Kind kind = point.read(this.lines.bytes(), this.lines.lineStart(), this.lines.lineEnd());
			tellOfByteOrderMark();
			if (!this.lines.isWhole()) {
				reject(this.line, this.lines.incompleteness());
			}
			else if (kind == PointLine.Kind.POINT) {
				remember();
				pipeline.put(KeyedPoint.of(point.key(), point.value()).at(point.timestamp()));
			}
			else if (kind != PointLine.Kind.FRAME) {
				reject(this.line, kind.problem());
			}
			if (this.lines.mayWait()) {
				pipeline.flush();
				this.settledForCertain = settled(pipeline.progress());
			}
			if ((this.line & 0x3FF) == 0) {
				tellProgress(pipeline);
			}
		}
	}

	private void remember() {
		int index = (int) (this.points++ % REMEMBERED_LINES);
		this.lineOfPoint[index] = this.line;
		this.bytesBeforePoint[index] = this.lines.bytesBefore();
		this.checksumBeforePoint[index] = this.lines.checksumBefore();
	}

	// Where files were put together, one may be amid the lines. It may belong to the key,
	// which nobody sees.
	private void tellOfByteOrderMark() {
		if (!this.markTold && PlaintextParser.byteOrderMarkLength(this.lines.bytes(), this.lines.lineStart(),
				this.lines.lineEnd()) > 0) {
			this.markTold = true;
			this.bar.clear();
			this.err.println("line " + this.line + ": begins with a byte order mark (U+FEFF), which counts as part of "
					+ "its key; more such lines are not told");
		}
	}

	private void tellProgress(PutPipeline pipeline) {
		if (this.bar.isDue()) {
			this.bar.show(pipeline.progress().acknowledged(), this.lines.bytesRead());
		}
		this.settledForCertain = settled(pipeline.progress());
		if (System.nanoTime() - this.keptNanos >= this.keepNanos) {
			this.keptNanos = System.nanoTime();
			this.keeper.accept(this.settledForCertain);
		}
	}

	// A store that is unavailable refuses them all: going on would lose them.
	private void refused(long index, MetricClientException rejection) {
		this.refusals++;
		// They are told in their order, so those before it are.
		this.settledPoints = index;
		if (rejection.reason() == MetricClientException.Reason.STORAGE_UNAVAILABLE) {
			this.stoppedAtPoint = Math.min(this.stoppedAtPoint, index);
			throw rejection;
		}
		reject(lineOf(index), String.valueOf(rejection.getMessage()));
	}

	private void reject(long number, String problem) {
		this.rejected++;
		if (this.rejected <= MAX_PROBLEMS_SHOWN) {
			this.bar.clear();
			this.err.println("line " + number + ": " + PrintableText.of(problem));
		}
		else if (this.rejected == MAX_PROBLEMS_SHOWN + 1) {
			this.err.println("more rejected lines are counted only");
		}
	}

	private long lineOf(long index) {
		return this.lineOfPoint[(int) (index % REMEMBERED_LINES)];
	}

	/**
	 * Returns whether all lines are settled.
	 * @return whether nothing is left to be imported
	 */
	public boolean isComplete() {
		return this.complete;
	}

	/**
	 * Returns how many points the server has stored for certain.
	 * @return the number of points
	 */
	public long acknowledged() {
		return this.progress.acknowledged();
	}

	/**
	 * Returns how many lines were no point, or one that the server refused.
	 * @return the number of lines
	 */
	public long rejected() {
		return this.rejected;
	}

	/**
	 * Returns how many lines from the first on are settled: stored, rejected, or no
	 * points.
	 * @return the place behind them, from which another import may go on
	 */
	public ImportPlace settled() {
		return settled(this.progress);
	}

	/**
	 * Returns the same while the import goes on, which may be some more by now. Any
	 * thread may ask.
	 * @return a place from which another import may go on
	 */
	public ImportPlace settledSoFar() {
		return this.settledForCertain;
	}

	// A refusal that is known but not yet told may be one by a store that is unavailable:
	// until then, its point and those behind it are not settled. Nor is a line without an
	// end, to which more may be written.
	private ImportPlace settled(PutProgress reached) {
		if (reached.rejected() == this.refusals) {
			this.settledPoints = reached.answered();
		}
		long open = Math.min(this.settledPoints, this.stoppedAtPoint);
		if (open >= this.points) {
			return this.lines.place();
		}
		int index = (int) (open % REMEMBERED_LINES);
		return new ImportPlace(this.lineOfPoint[index] - 1, this.bytesBeforePoint[index],
				this.checksumBeforePoint[index]);
	}

}
