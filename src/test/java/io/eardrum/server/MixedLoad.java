package io.eardrum.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Runs, for some time, clients that compare everything that they have put with what they
 * get, beside clients that send commands and don't read the replies. Each client that
 * compares has a series of its own. Clients that don't read leave after a while, and
 * others come.
 * <p>
 * On a server whose commits take long, threads lose their loops again and again while
 * replies wait for clients that don't read them.
 */
public final class MixedLoad {

	private static final int COMPARING = 24;

	private static final int DEAF = 12;

	private static final int TIMESTAMPS = 40;

	private static final int MAX_PUTS = 12;

	private static final int DEAF_SENDS = 40;

	private static final long DEAF_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

	private static final int DEAF_BUFFER_LENGTH = 4096;

	/** Their replies take most of the system's buffer for a client. */
	private static final byte[] FIRST_DEAF_COMMANDS = "x\n".repeat(11_000).getBytes(StandardCharsets.US_ASCII);

	/**
	 * The reply waits for the commit, and some such replies fill the rest of the buffer.
	 */
	private static final byte[] DEAF_COMMANDS = ("put deaf 1 1\n" + "x\n".repeat(1200))
		.getBytes(StandardCharsets.US_ASCII);

	private final int port;

	private final long seed;

	private final AtomicLong puts = new AtomicLong();

	private final AtomicLong comparisons = new AtomicLong();

	private volatile boolean over;

	private volatile @Nullable String violation;

	private MixedLoad(int port, long seed) {
		this.port = port;
		this.seed = seed;
	}

	/**
	 * Runs the load.
	 * @param port the server's port on 127.0.0.1
	 * @param duration how long it runs
	 * @param seed the seed of everything random
	 * @return the result
	 * @throws InterruptedException if the thread is interrupted
	 */
	public static Result run(int port, Duration duration, long seed) throws InterruptedException {
		return new MixedLoad(port, seed).run(duration);
	}

	private Result run(Duration duration) throws InterruptedException {
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < COMPARING; i++) {
			int number = i;
			threads.add(new Thread(() -> run(() -> compare(number)), "comparing " + i));
		}
		threads.add(new Thread(() -> run(this::sendAndNeverRead), "deaf"));
		threads.forEach(Thread::start);
		long end = System.nanoTime() + duration.toNanos();
		while (this.violation == null && System.nanoTime() - end < 0) {
			threads.get(0).join(20);
		}
		this.over = true;
		for (Thread thread : threads) {
			thread.join();
		}
		return new Result(this.seed, this.puts.get(), this.comparisons.get(), this.violation);
	}

	private void run(Client client) {
		try {
			client.run();
		}
		catch (IOException | RuntimeException ex) {
			violate(ex.toString());
		}
	}

	private void violate(String what) {
		this.violation = Thread.currentThread().getName() + ": " + what;
	}

	private void compare(int number) throws IOException {
		Random random = new Random(this.seed + number);
		String key = "compared." + number;
		Map<Long, Double> expected = new TreeMap<>();
		try (TestClient client = TestClient.connect(this.port)) {
			while (!this.over) {
				int count = 1 + random.nextInt(MAX_PUTS);
				StringBuilder lines = new StringBuilder();
				for (int i = 0; i < count; i++) {
					long timestamp = random.nextInt(TIMESTAMPS);
					double value = random.nextInt(1_000_000) / 8.0;
					expected.put(timestamp, value);
					lines.append("put ").append(key).append(' ').append(value).append(' ').append(timestamp);
					lines.append('\n');
				}
				send(client, lines.toString(), random);
				expect(Replies.OK.repeat(count), client.read(count * Replies.OK.length()));
				this.puts.addAndGet(count);
				StringBuilder rows = new StringBuilder("ok\n");
				expected.forEach((timestamp, value) -> rows.append(key)
					.append(' ')
					.append(value)
					.append(' ')
					.append(timestamp)
					.append('\n'));
				expect(rows.append('\n').toString(), client.exchange("get " + key + "\n"));
				this.comparisons.incrementAndGet();
			}
		}
	}

	// Sent in one segment, or cut somewhere.
	private static void send(TestClient client, String lines, Random random) throws IOException {
		byte[] bytes = lines.getBytes(StandardCharsets.US_ASCII);
		int cut = random.nextBoolean() ? random.nextInt(bytes.length) : 0;
		client.send(bytes, 0, cut);
		client.send(bytes, cut, bytes.length);
	}

	private void expect(String expected, String actual) throws IOException {
		if (!actual.equals(expected)) {
			throw new IOException("expected <" + expected + "> and got <" + actual + ">");
		}
	}

	private void sendAndNeverRead() throws IOException {
		while (!this.over) {
			List<SocketChannel> channels = new ArrayList<>();
			try {
				for (int i = 0; i < DEAF; i++) {
					channels.add(connectDeaf());
				}
				sendToAll(channels);
			}
			finally {
				for (SocketChannel channel : channels) {
					channel.close();
				}
			}
		}
	}

	private SocketChannel connectDeaf() throws IOException {
		SocketChannel channel = SocketChannel.open();
		channel.setOption(StandardSocketOptions.SO_RCVBUF, DEAF_BUFFER_LENGTH);
		channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port));
		channel.configureBlocking(false);
		return channel;
	}

	// Sent slowly, because a client that sends much at once is served by a thread of its
	// own.
	private static void sendToAll(List<SocketChannel> channels) {
		send(channels, FIRST_DEAF_COMMANDS);
		for (int i = 0; i < DEAF_SENDS; i++) {
			send(channels, DEAF_COMMANDS);
			LockSupport.parkNanos(DEAF_PAUSE_NANOS);
		}
	}

	private static void send(List<SocketChannel> channels, byte[] commands) {
		for (SocketChannel channel : channels) {
			try {
				channel.write(ByteBuffer.wrap(commands));
			}
			catch (IOException ex) {
				// The client has been reset, as may happen to one that doesn't read.
			}
		}
	}

	@FunctionalInterface
	private interface Client {

		void run() throws IOException;

	}

	/**
	 * The result of a load.
	 *
	 * @param seed the seed of everything random
	 * @param puts how many puts were acknowledged
	 * @param comparisons how often a whole series was compared
	 * @param violation what was wrong, or {@code null}
	 */
	public record Result(long seed, long puts, long comparisons, @Nullable String violation) {

	}

}
