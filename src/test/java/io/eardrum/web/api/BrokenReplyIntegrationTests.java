package io.eardrum.web.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageStatus;
import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of replies that can't be finished, because of the store or of the client.
 */
class BrokenReplyIntegrationTests {

	private static final AtomicInteger readers = new AtomicInteger();

	@RegisterExtension
	private static final WebServer server = WebServer.with(BrokenStorage::new, "--server.tomcat.connection-timeout=5s");

	@Test
	void failureBeforeTheFirstBytesIsTold() {
		assertThat(server.get("/api/points?key=fails").statusCode()).isEqualTo(503);
		assertThat(server.get("/api/points?key=fails&format=csv").headers().firstValue("Content-Type"))
			.hasValue("application/problem+json");
		assertThat(server.get("/api/series").statusCode()).isEqualTo(503);
		assertThat(server.get("/api/series").headers().map()).containsKeys("content-security-policy",
				"x-content-type-options");
		assertThat(server.get("/api/latest?match=*").statusCode()).isEqualTo(503);
		assertThat(server.get("/federate?match[]=*").body()).contains("\"status\":503");
	}

	@Test
	void failedPutIsTold() {
		assertThat(server.post("/api/points", "text/plain", "put a 1 1")).satisfies((answer) -> {
			assertThat(answer.statusCode()).isEqualTo(503);
			assertThat(answer.body()).contains("\"status\":503", "\"stored\":0");
		});
	}

	@Test
	void failureInMidStreamBreaksTheReply() {
		for (String format : new String[] { "json", "csv" }) {
			assertThatExceptionOfType(UncheckedIOException.class)
				.isThrownBy(() -> server.get("/api/points?key=fails.late&format=" + format));
		}
		Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(readers).hasValue(0));
	}

	@Test
	void clientThatHasGoneFreesItsThread() throws IOException {
		try (Socket socket = open()) {
			readSome(socket);
			assertThat(readers.get()).isPositive();
		}
		Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(readers).hasValue(0));
	}

	@Test
	void clientThatDoesNotReadFreesItsThread() throws IOException {
		try (Socket socket = open()) {
			readSome(socket);
			assertThat(readers.get()).isPositive();
			Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(readers).hasValue(0));
		}
	}

	private static Socket open() throws IOException {
		return server.open("GET /api/points?key=endless HTTP/1.1", "Host: 127.0.0.1");
	}

	private static void readSome(Socket socket) throws IOException {
		InputStream input = socket.getInputStream();
		assertThat(new String(input.readNBytes(2_000), StandardCharsets.UTF_8)).startsWith("HTTP/1.1 200")
			.contains("{\"key\":\"endless\"");
	}

	/**
	 * A store that can't do what it is asked to.
	 */
	private static final class BrokenStorage implements MetricRepository {

		private final MetricRepository delegate;

		private BrokenStorage(MetricRepository delegate) {
			this.delegate = delegate;
		}

		@Override
		public void delete(List<SeriesKey> keys, TimeRange range) {
			throw new StorageException("the disk is full");
		}

		@Override
		public void put(PointBatch batch) {
			throw new StorageException("the disk is full");
		}

		@Override
		public void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException {
			readers.incrementAndGet();
			try {
				long timestamp = 0;
				while (!key.toString().equals("fails")) {
					sink.accept(key, new long[] { timestamp }, new double[] { 1 }, 0, 1);
					timestamp++;
					if (timestamp == 1_000_000 && key.toString().equals("fails.late")) {
						break;
					}
				}
			}
			finally {
				readers.decrementAndGet();
			}
			throw new StorageException("the disk is gone");
		}

		@Override
		public void readAll(TimeRange range, PointSink sink) {
			throw new StorageException("the disk is gone");
		}

		@Override
		public void forEachKey(Consumer<SeriesKey> consumer) {
			throw new StorageException("the disk is gone");
		}

		@Override
		public @Nullable Point last(SeriesKey key) {
			throw new StorageException("the disk is gone");
		}

		@Override
		public long seriesCount() {
			return this.delegate.seriesCount();
		}

		@Override
		public StorageStatus status() {
			return this.delegate.status();
		}

	}

}
