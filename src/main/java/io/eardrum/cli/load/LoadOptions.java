package io.eardrum.cli.load;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * The options of a {@link LoadGenerator}.
 *
 * @param mode what to do
 * @param address the address of the server, which must be this machine unless another one
 * is allowed
 * @param port its port
 * @param connections how many connections to use
 * @param depth how many points to put in one write
 * @param seconds how long to measure
 * @param warmupSeconds how long to put before that
 * @param series how many series to put to
 * @param start the first timestamp. A second run against the same store should start
 * after the last timestamp of the first run; otherwise it measures overwriting
 * @param inFlightBytes how many bytes a streaming connection sends ahead of the replies
 * @param threads how many threads serve the connections that wait for their replies
 */
public record LoadOptions(LoadMode mode, InetAddress address, int port, int connections, int depth, int seconds,
		int warmupSeconds, int series, long start, int inFlightBytes, int threads) {

	static final String USAGE = """
			usage: LoadGenerator window|stream|get-all <host> <port>
			  [--connections N] [--depth D] [--seconds S] [--warmup S] [--series K]
			  [--start TIMESTAMP] [--in-flight-bytes B] [--threads T]""";

	/** The points of one write are held in memory. */
	private static final int MAX_DEPTH = 16_384;

	/**
	 * Parses a command line.
	 * @param arguments the words of the command line
	 * @return the options
	 * @throws IllegalArgumentException if they can't be understood, or the host isn't
	 * this machine
	 */
	public static LoadOptions parse(String... arguments) {
		return parse(false, arguments);
	}

	/**
	 * Parses a command line.
	 * @param anyHost whether the host may be another machine
	 * @param arguments the words of the command line
	 * @return the options
	 * @throws IllegalArgumentException if they can't be understood
	 */
	public static LoadOptions parse(boolean anyHost, String... arguments) {
		if (arguments.length < 3) {
			throw new IllegalArgumentException("mode, host and port are needed");
		}
		LoadOptions options = new LoadOptions(mode(arguments[0]), address(arguments[1], anyHost),
				(int) number("port", arguments[2], 1, 65_535), 8, 16, 10, 3, 1_000, 1_150_864_247L, 1 << 20, 1);
		List<String> rest = Arrays.asList(arguments).subList(3, arguments.length);
		if (rest.size() % 2 != 0) {
			throw new IllegalArgumentException(rest.get(rest.size() - 1) + " needs a value");
		}
		for (int i = 0; i < rest.size(); i += 2) {
			options = options.with(rest.get(i), rest.get(i + 1));
		}
		return options;
	}

	private LoadOptions with(String name, String text) {
		int connections = this.connections;
		int depth = this.depth;
		int seconds = this.seconds;
		int warmupSeconds = this.warmupSeconds;
		int series = this.series;
		long start = this.start;
		int inFlightBytes = this.inFlightBytes;
		int threads = this.threads;
		switch (name) {
			case "--connections" -> connections = (int) number(name, text, 1, 10_000);
			case "--depth" -> depth = (int) number(name, text, 1, MAX_DEPTH);
			case "--seconds" -> seconds = (int) number(name, text, 1, 86_400);
			case "--warmup" -> warmupSeconds = (int) number(name, text, 0, 86_400);
			case "--series" -> series = (int) number(name, text, 1, 10_000_000);
			// Ten digits, with room for billions of seconds.
			case "--start" -> start = number(name, text, 1_000_000_000L, 5_000_000_000L);
			case "--in-flight-bytes" -> inFlightBytes = (int) number(name, text, 1, 1 << 30);
			case "--threads" -> threads = (int) number(name, text, 1, 1_000);
			default -> throw new IllegalArgumentException("unknown option " + name);
		}
		return new LoadOptions(this.mode, this.address, this.port, connections, depth, seconds, warmupSeconds, series,
				start, inFlightBytes, threads);
	}

	private static LoadMode mode(String text) {
		for (LoadMode mode : LoadMode.values()) {
			if (mode.text().equals(text)) {
				return mode;
			}
		}
		throw new IllegalArgumentException("unknown mode " + text);
	}

	private static InetAddress address(String host, boolean anyHost) {
		try {
			InetAddress address = InetAddress.getByName(host);
			if (anyHost || address.isLoopbackAddress()) {
				return address;
			}
			throw new IllegalArgumentException(host + " is not this machine: load is for loopback only");
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException("unknown host " + host, ex);
		}
	}

	private static long number(String name, String text, long least, long most) {
		try {
			long number = Long.parseLong(text);
			if (number >= least && number <= most) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			// The exception below says so.
		}
		throw new IllegalArgumentException(name + " is " + text + ", not a number from " + least + " to " + most);
	}

}
