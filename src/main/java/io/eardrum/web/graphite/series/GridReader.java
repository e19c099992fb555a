package io.eardrum.web.graphite.series;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.MetricRepository;
import io.eardrum.web.graphite.step.StepInference;
import io.eardrum.web.graphite.step.Steps;
import io.eardrum.web.http.ObservedRepository;

/**
 * Reads series for one request, and puts each on a grid.
 * <p>
 * The step of a series is what a rule says. Without a rule, it is
 * {@linkplain StepInference inferred} from its points in the range in which the request
 * first reads it, if there are enough of them. If there are not, it is inferred from its
 * newest points, and remembered for other requests. A series about which these say
 * nothing gets the most common step of the series that the same pattern found, or 60 s.
 * The step stays the same for the whole request, so that other points that a function
 * reads (earlier points for a moving average, for example) are on the same grid. If a
 * series would have more than 20 000 slots in the range of the request, its step becomes
 * the smallest multiple with which it has at most that many.
 * <p>
 * <em>Threads</em>: one. <em>Memory</em>, on the account of the request: the slots, and
 * up to 40 000 points of one series while its step is not known yet. Points beyond those
 * count for the values, but not for the step.
 */
public final class GridReader {

	/** How many slots a series has at most in the range of the request. */
	static final int MAX_SLOTS = 20_000;

	/** How many points are examined at most before the step is decided. */
	static final int MAX_SAMPLE = 40_000;

	private static final int FIRST_SAMPLE = 512;

	/** The memory of the {@link StepInference} of a reader, in values. */
	private static final int INFERENCE_VALUES = 256;

	private static final long ABSENT = -1;

	/** The memory for an entry of the table of steps, in values. */
	private static final int STEP_VALUES = 12;

	private final MetricRepository repository;

	private final ReadAhead points;

	private final ValueBudget.Account account;

	private final Steps known;

	private final long rangeSeconds;

	/** The known steps; {@link #ABSENT} for a series that does not exist. */
	private final Map<SeriesKey, Long> steps = new HashMap<>();

	private final Sample sample = new Sample();

	/**
	 * Creates a reader.
	 * @param repository where the points are
	 * @param account the account from which the memory for the values is taken
	 * @param known what is known of the steps of series
	 * @param rangeSeconds the length of the request's range in seconds
	 */
	public GridReader(MetricRepository repository, ValueBudget.Account account, Steps known, long rangeSeconds) {
		this.repository = repository;
		this.points = new ReadAhead(repository);
		this.account = account;
		this.known = known;
		this.rangeSeconds = rangeSeconds;
		account.take(2L * FIRST_SAMPLE + INFERENCE_VALUES);
	}

	/**
	 * Reads series.
	 * @param keys their keys; series that do not exist are left out
	 * @param pattern the pattern that found them
	 * @param from where the range begins, in seconds since 1970
	 * @param until where it ends
	 * @return the series, in the order of the keys
	 */
	public List<GridSeries> read(List<SeriesKey> keys, String pattern, long from, long until) {
		try (ReadAhead ahead = this.points) {
			ahead.expect(keys, (key) -> firstRange(key, from, until));
			List<@Nullable GridSeries> found = new ArrayList<>();
			List<Pending> pending = new ArrayList<>();
			for (SeriesKey key : keys) {
				GridSeries sampled = lookAt(key, from, until);
				Long step = this.steps.get(key);
				if (sampled != null) {
					found.add(sampled);
				}
				else if (step == null) {
					pending.add(new Pending(key, found.size()));
					found.add(null);
				}
				else if (step != ABSENT) {
					found.add(readSlots(key, step, from, until));
				}
			}
			long step = commonStep(keys);
			ahead.expect(pending.stream().map(Pending::key).toList(), (key) -> grid(step, from, until).range());
			for (Pending one : pending) {
				putStep(one.key, step);
				found.set(one.index, readSlots(one.key, step, from, until));
			}
			List<GridSeries> series = new ArrayList<>(found.size());
			for (GridSeries one : found) {
				if (one != null) {
					series.add(one.foundBy(pattern));
				}
			}
			return series;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Reads series one after the other, and releases the memory of each before the next
	 * one is read. If the step of a series depends on the others of the pattern, the
	 * series after it are read twice.
	 * @param keys their keys; series that do not exist are left out
	 * @param pattern the pattern that found them
	 * @param from where the range begins, in seconds since 1970
	 * @param until where it ends
	 * @param consumer takes the series in the order of the keys, and does not keep them
	 */
	public void forEach(List<SeriesKey> keys, String pattern, long from, long until, Consumer<GridSeries> consumer) {
		try (ReadAhead ahead = this.points) {
			ahead.expect(keys, (key) -> firstRange(key, from, until));
			List<SeriesKey> pending = new ArrayList<>();
			int rest = keys.size();
			for (int i = 0; i < keys.size(); i++) {
				SeriesKey key = keys.get(i);
				GridSeries series = lookAt(key, from, until);
				if (series == null && !this.steps.containsKey(key)) {
					rest = Math.min(rest, i);
					pending.add(key);
				}
				if (pending.isEmpty()) {
					pass(key, series, pattern, from, until, consumer);
				}
				else if (series != null) {
					release(series);
				}
			}
			long step = commonStep(keys);
			for (SeriesKey key : pending) {
				putStep(key, step);
			}
			ahead.expect(keys.subList(rest, keys.size()), (key) -> firstRange(key, from, until));
			for (SeriesKey key : keys.subList(rest, keys.size())) {
				pass(key, null, pattern, from, until, consumer);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void pass(SeriesKey key, @Nullable GridSeries read, String pattern, long from, long until,
			Consumer<GridSeries> consumer) throws IOException {
		long step = knownStep(key);
		if (step != ABSENT) {
			GridSeries series = (read != null) ? read : readSlots(key, step, from, until);
			consumer.accept(series.foundBy(pattern));
			release(series);
		}
	}

	private void release(GridSeries series) {
		this.account.release(series.held());
	}

	private void putStep(SeriesKey key, long step) {
		if (this.steps.put(key, step) == null) {
			this.account.take(STEP_VALUES);
		}
	}

	// The range in which a series is read first, or null if there is no such series.
	private @Nullable TimeRange firstRange(SeriesKey key, long from, long until) {
		Long step = this.steps.get(key);
		long known = (step != null) ? step : this.known.ruled(key, this.account::work);
		if (known == ABSENT) {
			return null;
		}
		return (known > 0) ? grid(known, from, until).range() : new TimeRange(from, until);
	}

	// Finds out the step of a series, if that is possible without others. Returns the
	// series if it was read for that.
	private @Nullable GridSeries lookAt(SeriesKey key, long from, long until) throws IOException {
		if (this.steps.containsKey(key)) {
			return null;
		}
		long ruled = this.known.ruled(key, this.account::work);
		if (ruled > 0) {
			putStep(key, ruled);
			GridSeries series = readSlots(key, ruled, from, until);
			if (hasValue(series) || this.repository.last(key) != null) {
				return series;
			}
			putStep(key, ABSENT);
			release(series);
			return null;
		}
		this.sample.start(from, until);
		this.points.read(key, new TimeRange(from, until), this.sample);
		long step = this.sample.isSure() ? this.sample.step() : this.known.learnt(key);
		if (step == 0 || (this.sample.size == 0 && this.repository.last(key) == null)) {
			step = learn(key);
		}
		if (step <= 0) {
			return null;
		}
		putStep(key, step);
		return sampled(key, step, from, until);
	}

	private static boolean hasValue(GridSeries series) {
		return IntStream.range(0, series.size()).anyMatch((i) -> !Double.isNaN(series.value(i)));
	}

	private GridSeries sampled(SeriesKey key, long step, long from, long until) throws IOException {
		Grid grid = grid(step, from, until);
		GridFiller filler = this.sample.fill(grid, step);
		readRest(key, until, grid, filler);
		return series(key, grid, filler);
	}

	// Examines the newest points of a series. Returns its step, or 0 if they say nothing.
	// A series that does not exist is noted as absent.
	private long learn(SeriesKey key) throws IOException {
		MetricRepository uncounted = (this.repository instanceof ObservedRepository observed) ? observed.uncounted()
				: this.repository;
		Point lastPoint = uncounted.last(key);
		if (lastPoint == null) {
			putStep(key, ABSENT);
			return ABSENT;
		}
		return this.known.learn(key, lastPoint.timestamp(), uncounted, this.account::work);
	}

	private GridSeries readSlots(SeriesKey key, long step, long from, long until) throws IOException {
		Grid grid = grid(step, from, until);
		GridFiller filler = new GridFiller(grid, step, this.account.values(grid.size()));
		this.points.read(key, grid.range(), counted(filler));
		return series(key, grid, filler);
	}

	// The last slot takes all points of its time, including those after the range.
	private void readRest(SeriesKey key, long until, Grid grid, GridFiller filler) throws IOException {
		if (until + 1 < grid.end()) {
			this.repository.read(key, new TimeRange(until + 1, grid.end() - 1), counted(filler));
		}
	}

	private PointSink counted(GridFiller filler) {
		return (key, timestamps, values, from, to) -> {
			this.account.work(to - from);
			filler.accept(key, timestamps, values, from, to);
		};
	}

	private GridSeries series(SeriesKey key, Grid grid, GridFiller filler) {
		return GridSeries.of(this.account, key.toString(), grid, filler.finish());
	}

	private long knownStep(SeriesKey key) {
		return Objects.requireNonNull(this.steps.get(key));
	}

	private Grid grid(long step, long from, long until) {
		long multiple = Math.max(1, (this.rangeSeconds / step + MAX_SLOTS - 1) / MAX_SLOTS);
		return Grid.over(from, until, step * multiple);
	}

	private long commonStep(List<SeriesKey> keys) {
		Map<Long, Integer> counts = new HashMap<>();
		for (SeriesKey key : keys) {
			Long step = this.steps.get(key);
			if (step != null && step != ABSENT) {
				counts.merge(step, 1, Integer::sum);
			}
		}
		return counts.entrySet()
			.stream()
			.max(Map.Entry.<Long, Integer>comparingByValue().thenComparingLong((entry) -> -entry.getKey()))
			.map(Map.Entry::getKey)
			.orElse(StepInference.DEFAULT);
	}

	/**
	 * A series whose step depends on the others of its pattern, and its position among
	 * them.
	 */
	private record Pending(SeriesKey key, int index) {

	}

	/**
	 * Keeps the first points of a series until its step is known, and puts all later ones
	 * on the grid.
	 */
	private final class Sample implements PointSink {

		private long[] timestamps = new long[FIRST_SAMPLE];

		private double[] values = new double[FIRST_SAMPLE];

		private int size;

		private final StepInference inference = new StepInference();

		private long from;

		private long until;

		private @Nullable GridFiller filler;

		void start(long newFrom, long newUntil) {
			this.size = 0;
			this.inference.clear();
			this.from = newFrom;
			this.until = newUntil;
			this.filler = null;
		}

		@Override
		public void accept(SeriesKey key, long[] newTimestamps, double[] newValues, int first, int end) {
			GridReader.this.account.work(end - first);
			int next = first;
			while (next < end && this.filler == null) {
				if (this.size == MAX_SAMPLE) {
					this.filler = fill(grid(step(), this.from, this.until), step());
				}
				else {
					add(newTimestamps[next], newValues[next]);
					next++;
				}
			}
			if (this.filler != null) {
				this.filler.accept(key, newTimestamps, newValues, next, end);
			}
		}

		private void add(long timestamp, double value) {
			if (this.size == this.timestamps.length) {
				GridReader.this.account.take(2L * this.size);
				this.timestamps = Arrays.copyOf(this.timestamps, this.size * 2);
				this.values = Arrays.copyOf(this.values, this.size * 2);
			}
			this.timestamps[this.size] = timestamp;
			this.values[this.size] = value;
			this.size++;
			this.inference.add(timestamp);
		}

		boolean isSure() {
			return this.inference.isSure();
		}

		long step() {
			return this.inference.step();
		}

		GridFiller fill(Grid grid, long step) {
			if (this.filler != null) {
				return this.filler;
			}
			GridFiller slots = new GridFiller(grid, step, GridReader.this.account.values(grid.size()));
			for (int i = 0; i < this.size; i++) {
				slots.add(this.timestamps[i], this.values[i]);
			}
			return slots;
		}

	}

}
