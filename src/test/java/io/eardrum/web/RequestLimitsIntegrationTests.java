package io.eardrum.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.server.fixture.PrometheusScrape;
import io.eardrum.server.fixture.TestCertificate;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageStatus;
import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What ends requests that would go on for ever, over real connections, with a store that
 * has no end.
 */
@Timeout(120)
class RequestLimitsIntegrationTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private static final AtomicInteger inStore = new AtomicInteger();

	@RegisterExtension
	private static final WebServer server = WebServer.with(EndlessStorage::new, "--eardrum.requests.max-time=1h",
			"--eardrum.requests.max-work=1000000000000000", "--eardrum.requests.max-concurrent=4",
			"--eardrum.requests.max-slow-per-client=1");

	@RegisterExtension
	private static final WebServer strict = WebServer.with(EndlessStorage::new, "--eardrum.requests.max-time=1s",
			"--eardrum.requests.max-work=1000000000000000", "--eardrum.requests.max-body=10KB");

	@Test
	void requestWhoseClientLeavesEnds() throws IOException {
		double before = ended(server, "client_left");
		for (String path : new String[] { "/api/series?match=x*", "/api/series?contains=x", "/api/latest?match=x*",
				"/federate?match[]=x*", "/api/points?key=a&max-points=4" }) {
			int running = inStore.get();
			Socket socket = server.open("GET " + path + " HTTP/1.1", "Host: 127.0.0.1");
			await(() -> inStore.get() > running);
			socket.close();
			await(() -> inStore.get() == running);
		}
		await(() -> ended(server, "client_left") == before + 5);
	}

	@Test
	void clientThatLeavesIsNoticedWithTlsToo(@TempDir Path directory) throws Exception {
		TestCertificate certificate = TestCertificate.create(directory, "http");
		certificate.writePem(directory);
		try (WebServer encrypted = WebServer.start(EndlessStorage::new, "--eardrum.requests.max-time=1h",
				"--eardrum.requests.max-work=1000000000000000", "--server.ssl.bundle=web",
				"--spring.ssl.bundle.pem.web.keystore.certificate=file:" + directory.resolve("cert.pem"),
				"--spring.ssl.bundle.pem.web.keystore.private-key=file:" + directory.resolve("key.pem"))) {
			Socket socket = TestCertificate.context(null, certificate)
				.getSocketFactory()
				.createSocket(InetAddress.getLoopbackAddress(), encrypted.port());
			socket.getOutputStream()
				.write("GET /api/series?match=x* HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
					.getBytes(StandardCharsets.US_ASCII));
			await(() -> inStore.get() > 0);
			socket.close();
			await(() -> inStore.get() == 0);
		}
	}

	@Test
	void clientWhoseBodyNobodyReadsHasNotLeft() throws IOException {
		try (Socket socket = strict.open("GET /api/series?match=x* HTTP/1.1", "Host: 127.0.0.1", "Connection: close",
				"Content-Length: 3")) {
			socket.getOutputStream().write("abc".getBytes(StandardCharsets.US_ASCII));
			assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
				.isEqualTo("HTTP/1.1 503");
		}
	}

	@Test
	void clientThatHasSentMoreAndLeavesIsNoticedOrTimedOut() throws IOException {
		try (Socket socket = strict.open("GET /api/series?match=x* HTTP/1.1", "Host: 127.0.0.1")) {
			socket.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));
		}
		await(() -> inStore.get() == 0);
	}

	@Test
	void requestThatTakesTooLongIsToldSo() {
		double before = ended(strict, "time");
		HttpResponse<String> answer = strict.get("/api/series?match=x*");
		assertThat(answer.statusCode()).isEqualTo(503);
		assertThat(answer.body()).contains("eardrum.requests.max-time");
		assertThat(ended(strict, "time")).isEqualTo(before + 1);
	}

	@Test
	void answerThatIsBeingTakenGoesOn() throws IOException {
		// Its parts come one by one, for longer than a request may take.
		try (Socket socket = strict.open("GET /api/points?key=endless HTTP/1.1", "Host: 127.0.0.1")) {
			long until = System.nanoTime() + Duration.ofSeconds(3).toNanos();
			byte[] buffer = new byte[65_536];
			while (System.nanoTime() < until) {
				assertThat(socket.getInputStream().read(buffer)).isPositive();
			}
		}
	}

	@Test
	void readersThatTakeNothingMakeRoom() throws IOException {
		List<Socket> slow = new ArrayList<>();
		double before = ended(server, "slow_client");
		try {
			for (int i = 0; i < 4; i++) {
				slow.add(server.open("GET /api/points?key=endless HTTP/1.1", "Host: 127.0.0.1"));
			}
			// None of them may take a place later.
			await(() -> inStore.get() + ended(server, "slow_client") - before >= 4);
			await(() -> server.get("/version").statusCode() == 200);
			for (int i = 0; i < 10; i++) {
				assertThat(server.get("/version").statusCode()).isEqualTo(200);
			}
			assertThat(ended(server, "slow_client")).isPositive();
		}
		finally {
			for (Socket socket : slow) {
				socket.close();
			}
		}
		await(() -> inStore.get() == 0);
	}

	@Test
	void senderThatStopsIsEndedWhenOthersNeedItsMemory() throws IOException {
		HeapShare bodies = strict.context().getBean(HeapBudget.class).share(HeapUse.BODIES);
		try (Socket socket = strict.open("POST /api/points HTTP/1.1", "Host: 127.0.0.1", "Content-Type: text/plain",
				"Content-Length: 1000")) {
			socket.getOutputStream().write("put a 1 1\n".getBytes(StandardCharsets.US_ASCII));
			await(() -> bodies.usedBytes() > 64 * 1024);
			bodies.reserve(bodies.maxBytes(), SOON);
			bodies.release(bodies.maxBytes());
			assertThat(socket.getInputStream().readAllBytes()).isEmpty();
		}
	}

	@Test
	void gzipIsTakenAndOtherCodingsAreNot() throws IOException {
		byte[] points = gzip("put zipped 1 1\nput zipped 2 2\n");
		assertThat(post(strict, "/api/points", "text/plain", "gzip", points)).startsWith("HTTP/1.1 200 ")
			.endsWith("{\"stored\":2}\n");
		assertThat(post(strict, "/api/points", "application/json", "X-GZIP",
				gzip("[{\"key\":\"zipped\",\"value\":1,\"timestamp\":3}]")))
			.endsWith("{\"stored\":1}\n");
		assertThat(post(strict, "/api/points", "text/plain", "identity",
				"put zipped 4 4".getBytes(StandardCharsets.UTF_8)))
			.endsWith("{\"stored\":1}\n");
		byte[] cut = new byte[points.length - 3];
		System.arraycopy(points, 0, cut, 0, cut.length);
		assertThat(post(strict, "/api/points", "text/plain", "gzip", cut)).startsWith("HTTP/1.1 400 ")
			.contains("cut off", "\"stored\":0");
		assertThat(post(strict, "/tags", "application/x-www-form-urlencoded", "gzip", gzip("limit=1")))
			.startsWith("HTTP/1.1 200 ");
		assertThat(post(strict, "/tags", "application/x-www-form-urlencoded", "gzip", gzip("limit=%")))
			.contains("not well-formed");
		assertThat(post(strict, "/actuator/backup", "application/json", "gzip", gzip("{}")))
			.startsWith("HTTP/1.1 404 ");
		for (String path : new String[] { "/api/points", "/render", "/actuator/backup" }) {
			String type = path.equals("/render") ? "application/x-www-form-urlencoded" : "text/plain";
			for (String coding : new String[] { "br", "deflate", "gzip, gzip", "zstd" }) {
				assertThat(post(strict, path, type, coding, points)).startsWith("HTTP/1.1 415 ")
					.contains("\r\nAccept-Encoding: gzip, identity\r\n");
			}
		}
	}

	@Test
	void bodyThatIsCompressedWithoutAWordOrTwiceIsToldSo() throws IOException {
		byte[] points = gzip("put zipped 1 1\nput zipped 2 2\n");
		for (String type : new String[] { "text/plain", "application/json" }) {
			assertThat(post(strict, "/api/points", type, "identity", points)).startsWith("HTTP/1.1 415 ")
				.contains("no Content-Encoding says so", "\"stored\":0");
			assertThat(post(strict, "/api/points", type, "gzip", gzip(points))).startsWith("HTTP/1.1 415 ")
				.contains("compressed twice", "\"stored\":0");
		}
		assertThat(post(strict, "/render", "application/x-www-form-urlencoded", "identity", points))
			.startsWith("HTTP/1.1 415 ");
		assertThat(post(strict, "/actuator/backup", "application/json", "identity", points))
			.startsWith("HTTP/1.1 415 ");
	}

	@Test
	void bodyThatIsTooLongIsRefusedAlsoWhenItIsCompressed() throws IOException {
		String points = "put long 1 1\n".repeat(1000);
		assertThat(post(strict, "/api/points", "text/plain", "identity", points.getBytes(StandardCharsets.UTF_8)))
			.startsWith("HTTP/1.1 413 ")
			.contains("eardrum.requests.max-body", "\"stored\":");
		assertThat(post(strict, "/api/points", "text/plain", "gzip", gzip(points))).startsWith("HTTP/1.1 413 ");
		assertThat(ended(strict, "body")).isPositive();
	}

	@Test
	void messagesQuoteLittle() throws IOException {
		byte[] form = ("target=a&format=" + "%01".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
		String answer = post(strict, "/render", "application/x-www-form-urlencoded", "identity", form);
		assertThat(answer).startsWith("HTTP/1.1 400 ").hasSizeLessThan(10_000);
	}

	@Test
	void serverThatStopsEndsEverything() throws IOException {
		WebServer stopped = WebServer.start(EndlessStorage::new, "--eardrum.requests.max-time=1h",
				"--eardrum.requests.max-work=1000000000000000", "--eardrum.requests.shutdown-grace-period=1s");
		List<Socket> sockets = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			sockets.add(stopped.open("GET /api/series?match=x* HTTP/1.1", "Host: 127.0.0.1"));
			sockets.add(stopped.open("GET /api/points?key=endless HTTP/1.1", "Host: 127.0.0.1"));
			sockets.add(stopped.open("POST /api/points HTTP/1.1", "Host: 127.0.0.1", "Content-Type: text/plain",
					"Content-Length: 10"));
		}
		assertThat(stopped.get("/version").statusCode()).isEqualTo(200);
		long started = System.nanoTime();
		stopped.close();
		assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(12));
		for (Socket socket : sockets) {
			socket.close();
		}
	}

	private static void await(Callable<Boolean> condition) {
		Awaitility.await().atMost(SOON).until(condition);
	}

	private static double ended(WebServer which, String reason) {
		return PrometheusScrape.of(which.port(), "/actuator/prometheus")
			.sum("eardrum_http_requests_ended_total", "reason", reason);
	}

	private static String post(WebServer which, String path, String type, String coding, byte[] body)
			throws IOException {
		try (Socket socket = which.open("POST " + path + " HTTP/1.1", "Host: 127.0.0.1", "Content-Type: " + type,
				"Content-Encoding: " + coding, "Connection: close", "Content-Length: " + body.length)) {
			socket.getOutputStream().write(body);
			ByteArrayOutputStream answer = new ByteArrayOutputStream();
			try {
				socket.getInputStream().transferTo(answer);
			}
			catch (IOException ex) {
				// What was not read resets the connection.
			}
			return answer.toString(StandardCharsets.UTF_8);
		}
	}

	private static byte[] gzip(String text) throws IOException {
		return gzip(text.getBytes(StandardCharsets.UTF_8));
	}

	private static byte[] gzip(byte[] content) throws IOException {
		ByteArrayOutputStream compressed = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
			gzip.write(content);
		}
		return compressed.toByteArray();
	}

	/**
	 * A store in which each list, and each series, has no end.
	 */
	private static final class EndlessStorage implements MetricRepository {

		private static final SeriesKey KEY = SeriesKey.of("some.key");

		private final MetricRepository delegate;

		EndlessStorage(MetricRepository delegate) {
			this.delegate = delegate;
		}

		@Override
		public void delete(List<SeriesKey> keys, TimeRange range) {
			this.delegate.delete(keys, range);
		}

		@Override
		public void put(PointBatch batch) {
			this.delegate.put(batch);
		}

		@Override
		public void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException {
			inStore.incrementAndGet();
			try {
				long[] timestamps = new long[100];
				for (long i = 0; i < Long.MAX_VALUE / 100; i++) {
					for (int j = 0; j < 100; j++) {
						timestamps[j] = i * 100 + j;
					}
					sink.accept(key, timestamps, new double[100], 0, 100);
				}
			}
			finally {
				inStore.decrementAndGet();
			}
		}

		@Override
		public void readAll(TimeRange range, PointSink sink) throws IOException {
			read(KEY, range, sink);
		}

		@Override
		public void forEachKey(Consumer<SeriesKey> consumer) {
			inStore.incrementAndGet();
			try {
				while (true) {
					consumer.accept(KEY);
				}
			}
			finally {
				inStore.decrementAndGet();
			}
		}

		@Override
		public @Nullable Point last(SeriesKey key) {
			return new Point(Long.MAX_VALUE, 1);
		}

		@Override
		public long seriesCount() {
			return 1;
		}

		@Override
		public StorageStatus status() {
			return this.delegate.status();
		}

	}

}
