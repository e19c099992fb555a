package io.eardrum.cli.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Puts a server on this machine under load, and prints how many points a second it
 * acknowledged, and how long the replies to one write took: <pre>
 * java -cp target/classes io.eardrum.cli.load.LoadGenerator window 127.0.0.1 8888 \
 *     --connections 8 --depth 16 --seconds 10 --warmup 3 --series 1000
 * java -cp target/classes io.eardrum.cli.load.LoadGenerator stream 127.0.0.1 8888 \
 *     --connections 4 --depth 500 --start 1200000000
 * java -cp target/classes io.eardrum.cli.load.LoadGenerator get-all 127.0.0.1 8888
 * </pre> A reply that isn't {@code ok} or doesn't come within 30 seconds fails the run.
 * The exit status is then 1; for a wrong command line it is 2.
 */
public final class LoadGenerator {

	/** What the keys of all its series begin with. */
	public static final String KEY_PREFIX = "eardrum.bench.";

	private LoadGenerator() {
	}

	/**
	 * Runs a load.
	 * @param arguments mode, host, port and options
	 */
	public static void main(String[] arguments) {
		try {
			System.out.println(run(LoadOptions.parse(arguments)));
		}
		catch (IllegalArgumentException ex) {
			System.err.println(ex.getMessage() + "\n" + LoadOptions.USAGE);
			System.exit(2);
		}
		catch (IOException | InterruptedException ex) {
			System.err.println("failed: " + ex.getMessage());
			System.exit(1);
		}
	}

	/**
	 * Runs a load.
	 * @param options what to do
	 * @return the line to print
	 * @throws IOException if a connection fails or a reply isn't {@code ok}
	 * @throws InterruptedException if this thread is interrupted
	 */
	public static String run(LoadOptions options) throws IOException, InterruptedException {
		if (options.mode() == LoadMode.GET_ALL) {
			try (Connection connection = new Connection(options)) {
				AllRows all = AllRows.read(connection);
				return String.format(Locale.ROOT, "get-all: %.0f rows/s, %.1f MB/s (%d rows, %d bytes in %.3f s)",
						all.rowsPerSecond(), all.bytesPerSecond() / 1e6, all.rows(), all.bytes(), all.nanos() / 1e9);
			}
		}
		Measurement sum = measure(options);
		RoundTrips roundTrips = sum.roundTrips();
		return String.format(Locale.ROOT,
				"%s %d x %d: %d points/s acknowledged, round trip of a write p50 %.3f, p99 %.3f, p99.9 %.3f ms"
						+ " (%d points in %d s, %d with warm-up)",
				options.mode().text(), options.connections(), options.depth(), sum.points() / options.seconds(),
				roundTrips.quantileNanos(0.5) / 1e6, roundTrips.quantileNanos(0.99) / 1e6,
				roundTrips.quantileNanos(0.999) / 1e6, sum.points(), options.seconds(), sum.pointsInAll());
	}

	/**
	 * Returns the key of a series that a load puts to.
	 * @param options what to do
	 * @param number the number of the series, from 0
	 * @return the key
	 */
	public static String key(LoadOptions options, int number) {
		return PutLines.key(number, options.series());
	}

	/**
	 * Puts points over all connections.
	 * @param options what to do
	 * @return what all connections did together
	 * @throws IOException if a connection fails or a reply isn't {@code ok}
	 * @throws InterruptedException if this thread is interrupted
	 */
	static Measurement measure(LoadOptions options) throws IOException, InterruptedException {
		List<Load> loads = new ArrayList<>();
		ExecutorService threads = Executors.newCachedThreadPool();
		try {
			connect(options, loads);
			// All are connected, so the clock starts for all of them at once.
			long startNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(options.warmupSeconds());
			long endNanos = startNanos + TimeUnit.SECONDS.toNanos(options.seconds());
			ExecutorCompletionService<Measurement> running = new ExecutorCompletionService<>(threads);
			loads.forEach((load) -> running.submit(() -> {
				Measurement measurement = new Measurement(startNanos, endNanos);
				load.run(measurement);
				return measurement;
			}));
			Measurement sum = new Measurement(startNanos, endNanos);
			for (int i = 0; i < loads.size(); i++) {
				sum.add(running.take().get());
			}
			return sum;
		}
		catch (ExecutionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			throw new IOException(cause.getMessage(), cause);
		}
		finally {
			// Also ends loads that still wait for a reply.
			for (Load load : loads) {
				load.close();
			}
			threads.shutdown();
		}
	}

	private static void connect(LoadOptions options, List<Load> loads) throws IOException {
		if (options.mode() == LoadMode.WINDOW) {
			int threads = Math.min(options.threads(), options.connections());
			for (int i = 0; i < threads; i++) {
				loads.add(new WindowLoad(options, i, threads));
			}
		}
		else {
			for (int i = 0; i < options.connections(); i++) {
				PutLines lines = new PutLines(i, options.connections(), options.series(), options.start());
				loads.add(new StreamLoad(new Connection(options), lines, options.depth(), options.inFlightBytes()));
			}
		}
	}

}
