package io.eardrum.client;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.KeyedPoint;
import io.eardrum.metric.Point;
import io.eardrum.metric.SeriesKey;

/**
 * Puts points to a server and gets them back, over one connection that is opened together
 * with the client and kept. <pre>
 * try (MetricClient client = MetricClient.connect("127.0.0.1", 8888)) {
 *     client.put("palm.cpu", 23.7);
 *     client.put("palm.cpu", 23.9, Instant.ofEpochSecond(1150864257L));
 *     List&lt;Point&gt; points = client.get("palm.cpu");
 * }
 * </pre>
 * <p>
 * Safe for use by several threads, which take turns: a call waits until the one before it
 * has its reply. Any thread may close the client at any time; calls that wait then fail.
 * <p>
 * All failures are {@link MetricClientException}s. If the reason of one
 * {@linkplain MetricClientException.Reason#endsConnection() ends the connection}, the
 * client gives the connection up, because a late reply must not be taken for the reply to
 * the next command. With {@linkplain ClientOptions#withReconnect(Backoff) reconnecting},
 * the next call opens another connection; otherwise all further calls fail. A put that
 * failed this way may or may not have been stored. The client sends nothing twice. The
 * caller may do so, which is safe.
 */
public final class MetricClient implements AutoCloseable {

	private final ClientOptions options;

	private final Exchange exchange;

	private MetricClient(ClientOptions options) {
		this.options = options;
		this.exchange = new Exchange(options);
	}

	/**
	 * Connects to a server.
	 * @param host its name or address
	 * @param port its TCP port
	 * @return a connected client
	 * @throws MetricClientException if there is no connection
	 */
	public static MetricClient connect(String host, int port) {
		return connect(ClientOptions.of(host, port));
	}

	/**
	 * Connects to a server.
	 * @param options where it is, and how to talk to it
	 * @return a connected client
	 * @throws MetricClientException if there is no connection
	 */
	public static MetricClient connect(ClientOptions options) {
		return new MetricClient(options);
	}

	/**
	 * Puts a point with the current time, in whole seconds since 1970.
	 * @param key the key
	 * @param value the value, finite
	 * @throws MetricClientException if the point isn't acknowledged
	 */
	public void put(String key, double value) {
		put(key, value, this.options.clock().instant());
	}

	/**
	 * Puts a point. Its timestamp is the number of whole seconds since 1970.
	 * @param key the key
	 * @param value the value, finite
	 * @param time the time; its timestamp is the whole second that it lies in;
	 * {@link Instant#ofEpochSecond(long)} makes one from a number
	 * @throws MetricClientException if the point isn't acknowledged
	 */
	public void put(String key, double value, Instant time) {
		put(KeyedPoint.of(key(key), value).at(time));
	}

	/**
	 * Puts a point, whose timestamp may be any number.
	 * @param point the point
	 * @throws MetricClientException if the point isn't acknowledged
	 */
	public void put(KeyedPoint point) {
		this.exchange.ask((commands) -> commands.put(point), Exchange::readOk);
	}

	/**
	 * Puts points without waiting for each reply, in bounded memory. The first refused
	 * point ends the call: it waits for the replies to what has been sent, and throws an
	 * exception that says how far it came.
	 * @param points the points, in the order in which they are to be put
	 * @return how many points were acknowledged: all of them
	 * @throws MetricClientException if a point is refused or the connection fails, with
	 * the {@linkplain MetricClientException#progress() progress} made
	 */
	public long put(Iterable<KeyedPoint> points) {
		return put(points.iterator());
	}

	/**
	 * Puts points as {@link #put(Iterable)} does, and closes the stream.
	 * @param points the points, in the order in which they are to be put
	 * @return how many points were acknowledged: all of them
	 * @throws MetricClientException if a point is refused or the connection fails
	 */
	public long put(Stream<KeyedPoint> points) {
		try (points) {
			return put(points.iterator());
		}
	}

	/**
	 * Puts points as {@link #put(Iterable)} does.
	 * @param points the points, in the order in which they are to be put
	 * @return how many points were acknowledged: all of them
	 * @throws MetricClientException if a point is refused or the connection fails
	 */
	public long put(Iterator<KeyedPoint> points) {
		PutPipeline pipeline = pipeline((index, rejection) -> {
			throw rejection;
		});
		try {
			while (points.hasNext()) {
				pipeline.put(points.next());
			}
			return pipeline.await().acknowledged();
		}
		catch (MetricClientException ex) {
			pipeline.stop();
			// Either a refusal, or a failure that has its progress already.
			throw (ex.progress() == null) ? ex.with(pipeline.progress()) : ex;
		}
		finally {
			pipeline.stop();
		}
	}

	/**
	 * Puts points without waiting for each reply, in bounded memory. Refused points go to
	 * the handler, and the others are put.
	 * @param points the points, in the order in which they are to be put
	 * @param handler receives each refused point
	 * @return how many points were acknowledged, and how many were refused
	 * @throws MetricClientException if the connection fails, with the
	 * {@linkplain MetricClientException#progress() progress} made
	 */
	public PutProgress put(Iterable<KeyedPoint> points, RejectionHandler handler) {
		PutPipeline pipeline = pipeline(handler);
		try {
			points.forEach(pipeline::put);
			return pipeline.await();
		}
		finally {
			pipeline.stop();
		}
	}

	/**
	 * Opens a pipeline, for a caller that has points from time to time. The caller must
	 * close it. Until then, other threads that use this client wait.
	 * @param handler receives each refused point
	 * @return the pipeline
	 * @throws MetricClientException if there is no connection
	 */
	public PutPipeline pipeline(RejectionHandler handler) {
		return this.exchange.pipeline(handler);
	}

	/**
	 * Gets the points of a series.
	 * @param key the key
	 * @return the points, ascending by timestamp; none if the server doesn't know the key
	 * @throws MetricClientException if the points can't be read, or take more memory than
	 * {@link ClientOptions#maxResultBytes()} allows
	 */
	public List<Point> get(String key) {
		List<Point> points = new ArrayList<>();
		ResultLimit limit = new ResultLimit(this.options.maxResultBytes());
		get(key, (name, timestamp, value) -> {
			limit.count(name);
			points.add(new Point(timestamp, value));
		});
		return points;
	}

	/**
	 * Gets the points of a series one by one, in bounded memory. The reply is known to be
	 * complete only when this method returns.
	 * @param key the key
	 * @param consumer receives the points, ascending by timestamp
	 * @return how many points there were
	 * @throws MetricClientException if the points can't be read, or not all of them
	 */
	public long get(String key, RowConsumer consumer) {
		SeriesKey seriesKey = key(key);
		return this.exchange.ask((commands) -> commands.get(seriesKey),
				(replies) -> replies.readRows(seriesKey, consumer));
	}

	/**
	 * Gets all points.
	 * @return the points of each key, ascending by timestamp; the keys in the order of
	 * their first put
	 * @throws MetricClientException if the points can't be read, or take more memory than
	 * {@link ClientOptions#maxResultBytes()} allows
	 */
	public Map<String, List<Point>> getAll() {
		Map<SeriesKey, List<Point>> points = new LinkedHashMap<>();
		ResultLimit limit = new ResultLimit(this.options.maxResultBytes());
		getAll((key, timestamp, value) -> {
			limit.count(key);
			points.computeIfAbsent(key, (absent) -> new ArrayList<>()).add(new Point(timestamp, value));
		});
		Map<String, List<Point>> named = new LinkedHashMap<>();
		points.forEach((key, series) -> named.put(key.toString(), series));
		return named;
	}

	/**
	 * Gets all points one by one, in bounded memory. The reply is known to be complete
	 * only when this method returns.
	 * @param consumer receives the points, those of each key together
	 * @return how many points there were
	 * @throws MetricClientException if the points can't be read, or not all of them
	 */
	public long getAll(RowConsumer consumer) {
		return this.exchange.ask(CommandBuffer::getAll, (replies) -> replies.readRows(null, consumer));
	}

	/**
	 * Gets the points of a series in a range of time.
	 * @param key the key
	 * @param from the first timestamp, such as {@link Instant#getEpochSecond()}
	 * @param to the last timestamp
	 * @return the points, ascending by timestamp; none if there are none in the range
	 * @throws MetricClientException if the points can't be read, or take more memory than
	 * {@link ClientOptions#maxResultBytes()} allows
	 */
	public List<Point> range(String key, long from, long to) {
		List<Point> points = new ArrayList<>();
		ResultLimit limit = new ResultLimit(this.options.maxResultBytes());
		range(key, from, to, (name, timestamp, value) -> {
			limit.count(name);
			points.add(new Point(timestamp, value));
		});
		return points;
	}

	/**
	 * Gets the points of a series in a range one by one, in bounded memory. The reply is
	 * known to be complete only when this method returns.
	 * @param key the key
	 * @param from the first timestamp
	 * @param to the last timestamp
	 * @param consumer receives the points, ascending by timestamp
	 * @return how many points there were
	 * @throws MetricClientException if the points can't be read, or not all of them
	 */
	public long range(String key, long from, long to, RowConsumer consumer) {
		SeriesKey seriesKey = key(key);
		return this.exchange.askFurther("range", (commands) -> commands.range(seriesKey, from, to),
				(replies) -> replies.readRows(seriesKey, consumer));
	}

	/**
	 * Gets the newest point of a series. A point that is more than a day ahead of the
	 * server's clock is passed over if there are others.
	 * @param key the key
	 * @return the point, or {@code null} if there is none
	 * @throws MetricClientException if it can't be read
	 */
	public @Nullable Point last(String key) {
		SeriesKey seriesKey = key(key);
		List<Point> points = new ArrayList<>();
		this.exchange.askFurther("last", (commands) -> commands.last(seriesKey), (replies) -> replies
			.readRows(seriesKey, (name, timestamp, value) -> points.add(new Point(timestamp, value))));
		return points.isEmpty() ? null : points.get(0);
	}

	/**
	 * Gets the newest point of each series that matches a pattern, one by one.
	 * @param pattern the pattern, such as {@code web.*.cpu}; {@code *} alone is every
	 * series
	 * @param consumer receives the points, in the order of the first put of their series
	 * @return how many points there were
	 * @throws MetricClientException if they can't be read, or not all of them
	 */
	public long lastOfMatching(String pattern, RowConsumer consumer) {
		return this.exchange.askFurther("last", (commands) -> commands.lastOfMatching(pattern),
				(replies) -> replies.readRows(null, consumer));
	}

	/**
	 * Lists the keys of all series.
	 * @return the keys, in the order of their first put
	 * @throws MetricClientException if they can't be read, or take more memory than
	 * {@link ClientOptions#maxResultBytes()} allows
	 */
	public List<String> keys() {
		return keys("*");
	}

	/**
	 * Lists the keys that match a pattern.
	 * @param pattern the pattern, such as {@code web.*.cpu}
	 * @return the keys, in the order of their first put
	 * @throws MetricClientException if they can't be read, or take more memory than
	 * {@link ClientOptions#maxResultBytes()} allows
	 */
	public List<String> keys(String pattern) {
		List<String> keys = new ArrayList<>();
		ResultLimit limit = new ResultLimit(this.options.maxResultBytes());
		keys(pattern, (key) -> {
			limit.count(SeriesKey.of(key));
			keys.add(key);
		});
		return keys;
	}

	/**
	 * Lists the keys that match a pattern one by one, in bounded memory.
	 * @param pattern the pattern; {@code *} alone is every series
	 * @param consumer receives the keys
	 * @return how many there were
	 * @throws MetricClientException if they can't be read, or not all of them
	 */
	public long keys(String pattern, Consumer<String> consumer) {
		return this.exchange.askFurther("keys", (commands) -> commands.keys(pattern),
				(replies) -> replies.readKeys((key) -> consumer.accept(key.toString())));
	}

	/**
	 * Deletes a series. Servers allow that only with {@code eardrum.tcp.delete=true}.
	 * @param key the key; deleting an unknown one is no error
	 * @throws MetricClientException if the deletion isn't acknowledged
	 */
	public void delete(String key) {
		SeriesKey seriesKey = key(key);
		this.exchange.askFurther("delete", (commands) -> commands.delete(seriesKey), Exchange::readOk);
	}

	/**
	 * Deletes the points of a series in a range of time.
	 * @param key the key
	 * @param from the first timestamp
	 * @param to the last timestamp
	 * @throws MetricClientException if the deletion isn't acknowledged
	 */
	public void delete(String key, long from, long to) {
		SeriesKey seriesKey = key(key);
		this.exchange.askFurther("delete", (commands) -> commands.delete(seriesKey, from, to), Exchange::readOk);
	}

	/**
	 * Closes the connection. Calls that wait for a reply or for a new connection fail; an
	 * attempt to connect that is under way ends first.
	 */
	@Override
	public void close() {
		this.exchange.close();
	}

	private static SeriesKey key(String text) {
		try {
			return SeriesKey.of(text);
		}
		catch (IllegalArgumentException ex) {
			throw new MetricClientException(MetricClientException.Reason.INVALID, String.valueOf(ex.getMessage()), ex);
		}
	}

}
