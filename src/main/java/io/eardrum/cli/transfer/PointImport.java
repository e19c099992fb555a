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
import io.eardrum.protocol.PrintableText;

/**
 * Puts the points that lines contain, and counts lines: those without a point, those that
 * the server refused, and those that are settled, after which another import can go on.
 * Used once, by one thread.
 */
public final class PointImport {

	private static final int MAX_PROBLEMS_SHOWN = 10;

	/** More than a pipeline ever holds unanswered, and a power of two. */
	private static final int REMEMBERED_LINES = 1 << 17;

	private final LineSource lines;

	private final PointReader reader;

	private final PointRecord record = new PointRecord();

	private final PrintStream err;

	private final ProgressBar bar;

	private final Consumer<ImportPlace> keeper;

	private final long keepNanos;

	/**
	 * The first line of the record of each of the last points, by the number of the
	 * point. It is negative if the line counts as rejected already.
	 */
	private final long[] lineOfPoint = new long[REMEMBERED_LINES];

	/** How many bytes are before each of these records. */
	private final long[] bytesBeforePoint = new long[REMEMBERED_LINES];

	private final long[] checksumBeforePoint = new long[REMEMBERED_LINES];

	/** The first line of the record that was begun last. */
	private long line;

	/** Whether that record has points that have not been put yet. */
	private boolean inRecord;

	private long points;

	private long steps;

	private long rejected;

	private long shown;

	/** The line of the last point that the server refused. */
	private long refusedLine;

	private long keptNanos = System.nanoTime();

	/** How many refusals have been received. */
	private long refusals;

	/** All points before it are stored, or their refusals have been received. */
	private long settledPoints;

	/** The first point that the store could not take. */
	private long stoppedAtPoint = Long.MAX_VALUE;

	private boolean complete;

	/** For a thread that reads it during the import. */
	private volatile ImportPlace settledForCertain = ImportPlace.START;

	private PutProgress progress = new PutProgress(0, 0, 0, -1);

	/**
	 * Prepares an import.
	 * @param lines where the points come from
	 * @param reader finds the points in the lines
	 * @param err where problems are printed
	 * @param bar shows how far the import has come
	 * @param keeper receives from time to time what is settled
	 * @param keepInterval the time between two such calls
	 */
	public PointImport(LineSource lines, PointReader reader, PrintStream err, ProgressBar bar,
			Consumer<ImportPlace> keeper, Duration keepInterval) {
		this.reader = reader;
		this.keeper = keeper;
		this.keepNanos = keepInterval.toNanos();
		this.lines = lines;
		this.err = err;
		this.bar = bar;
	}

	/**
	 * Skips records at the start. They are read, because the first one may say what the
	 * others mean.
	 * @param count the number of lines
	 * @return the place after the skipped lines; if there are fewer lines, the place
	 * after the last one; if a record begins before that place and ends after it, the
	 * place after that record
	 * @throws IOException if the lines can't be read
	 */
	public ImportPlace skip(long count) throws IOException {
		while (this.lines.lineNumber() < count) {
			this.record.clear();
			if (!this.reader.next(this.lines, this.record)) {
				break;
			}
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
		while (next()) {
			for (String note : this.record.notes()) {
				this.bar.clear();
				this.err.println("line " + this.line + ": " + note);
			}
			this.rejected += this.record.rejectedLines();
			for (String problem : this.record.problems()) {
				tell(this.line, problem);
			}
			int left = this.record.points().size();
			for (KeyedPoint point : this.record.points()) {
				remember();
				pipeline.put(point);
				if (--left > 0) {
					step(pipeline);
				}
			}
			this.inRecord = false;
			if (this.lines.mayWait()) {
				pipeline.flush();
				this.settledForCertain = settled(pipeline.progress());
			}
			step(pipeline);
		}
	}

	// If reading fails amid a record, none of it is settled.
	private boolean next() throws IOException {
		this.record.clear();
		this.lines.beginRecord();
		this.line = this.lines.lineNumber() + 1;
		this.inRecord = true;
		this.inRecord = this.reader.next(this.lines, this.record);
		return this.inRecord;
	}

	private void remember() {
		int index = (int) (this.points++ % REMEMBERED_LINES);
		this.lineOfPoint[index] = (this.record.rejectedLines() > 0) ? -this.line : this.line;
		this.bytesBeforePoint[index] = this.lines.bytesBefore();
		this.checksumBeforePoint[index] = this.lines.checksumBefore();
	}

	private void step(PutPipeline pipeline) {
		if ((++this.steps & 0x3FF) == 0) {
			tellProgress(pipeline);
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

	// A store that is unavailable refuses all points, so going on would lose them.
	private void refused(long index, MetricClientException rejection) {
		this.refusals++;
		// Refusals arrive in their order, so those of earlier points have been received.
		this.settledPoints = index;
		if (rejection.reason() == MetricClientException.Reason.STORAGE_UNAVAILABLE) {
			this.stoppedAtPoint = Math.min(this.stoppedAtPoint, index);
			throw rejection;
		}
		long number = this.lineOfPoint[(int) (index % REMEMBERED_LINES)];
		if (number > 0 && number != this.refusedLine) {
			this.rejected++;
			this.refusedLine = number;
		}
		tell(Math.abs(number), String.valueOf(rejection.getMessage()));
	}

	private void tell(long number, String problem) {
		this.shown++;
		if (this.shown <= MAX_PROBLEMS_SHOWN) {
			this.bar.clear();
			this.err.println("line " + number + ": " + PrintableText.of(problem));
		}
		else if (this.shown == MAX_PROBLEMS_SHOWN + 1) {
			this.err.println("further rejected lines are only counted");
		}
	}

	/**
	 * Returns whether all lines are settled.
	 * @return whether nothing is left to import
	 */
	public boolean isComplete() {
		return this.complete;
	}

	/**
	 * Returns how many points are certain to be stored.
	 * @return the number of points
	 */
	public long acknowledged() {
		return this.progress.acknowledged();
	}

	/**
	 * Returns how many lines contained something that is not a point, or a point that the
	 * server refused.
	 * @return the number of lines
	 */
	public long rejected() {
		return this.rejected;
	}

	/**
	 * Returns how many lines from the start are settled: stored, rejected, or without a
	 * point.
	 * @return the place after them, from which another import may go on
	 */
	public ImportPlace settled() {
		return settled(this.progress);
	}

	/**
	 * Returns the same while the import runs; more lines may be settled by now. Any
	 * thread may call this.
	 * @return a place from which another import may go on
	 */
	public ImportPlace settledSoFar() {
		return this.settledForCertain;
	}

	// A refusal that has arrived but has not been received here may come from a store
	// that is unavailable. Until it is received, its point and those after it are not
	// settled. Neither is a line without an end, because more may be written to it.
	private ImportPlace settled(PutProgress reached) {
		if (reached.rejected() == this.refusals) {
			this.settledPoints = reached.answered();
		}
		long open = Math.min(this.settledPoints, this.stoppedAtPoint);
		if (open >= this.points) {
			return this.inRecord ? this.lines.placeBefore() : this.lines.place();
		}
		int index = (int) (open % REMEMBERED_LINES);
		return new ImportPlace(Math.abs(this.lineOfPoint[index]) - 1, this.bytesBeforePoint[index],
				this.checksumBeforePoint[index]);
	}

}
