package io.eardrum.storage.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

import org.rocksdb.AbstractEventListener;
import org.rocksdb.FileOperationInfo;
import org.springframework.util.FileSystemUtils;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.storage.embedded.fixture.StoreFixture;
import io.eardrum.storage.embedded.fixture.StoreFixtureScript;
import io.eardrum.storage.embedded.fixture.StoredRows;
import io.eardrum.storage.embedded.rocksdb.NativeLibrary;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.time.Retention;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Writes the stores that are kept as test data, as the version that it is compiled with
 * leaves them on the disk. {@code README.md} in {@code src/test/resources/stores} says
 * how to run it. The argument is the folder of the version, which must not exist.
 * <p>
 * Those that are killed are written by a process of its own, which gets a SIGKILL.
 */
public final class StoreFixtureWriter {

	private static final long NOW = 1_800_000_000L;

	private static final String WRITTEN = "written";

	private static final String[] LATER_KEYS = { "long", "k", "after.the.start" };

	private StoreFixtureWriter() {
	}

	public static void main(String[] args) throws Exception {
		if (args.length == 2) {
			writeAndWaitForDeath(args[0], Path.of(args[1]));
			return;
		}
		Path folder = Path.of(args[0]);
		assertThat(folder).doesNotExist();
		Path scratch = Files.createTempDirectory("eardrum-stores");
		try {
			writeAll(folder, scratch);
		}
		finally {
			FileSystemUtils.deleteRecursively(scratch);
		}
		// The threads of the server's libraries would keep the process for a while.
		System.exit(0);
	}

	private static void writeAll(Path folder, Path scratch) throws Exception {
		keep(folder, "closed", writeClosed("killed", scratch.resolve("closed")), expected("killed"));
		Path killed = writeAndKill("killed", scratch.resolve("killed"));
		keep(folder, "killed", killed, expected("killed"));
		StoredRows later = expected("killed");
		keep(folder, "backup", writeBackup(new StoreFixture(folder.resolve("killed.zip")), scratch, later), later);
		keep(folder, "killed-in-checkpoint",
				writeAndKill("killed-in-checkpoint", scratch.resolve("killed-in-checkpoint")),
				expected("killed-in-checkpoint"));
		keepSwept(folder, writeSwept(scratch.resolve("swept")));
		keep(folder, "deleted", writeClosed("deleted", scratch.resolve("deleted")), expected("deleted"));
		keep(folder, "killed-after-deletions", writeAndKill("deleted", scratch.resolve("killed-after-deletions")),
				expected("deleted"));
	}

	private static void keep(Path folder, String name, Path store, StoredRows expected) throws Exception {
		StoreFixture fixture = new StoreFixture(folder.resolve(name + ".zip"));
		fixture.pack(store);
		List<String> keys = List.copyOf(expected.series().keySet());
		String reply = reply(fixture);
		assertThat(StoredRows.of(reply, keys).series()).isEqualTo(expected.series());
		fixture.writeReply(reply);
		fixture.writeKeys(keys);
	}

	// Of what is old, some chunks are left: what has to be there is what is not old, and
	// nothing may be there that was not put.
	private static void keepSwept(Path folder, Path store) throws Exception {
		StoreFixture fixture = new StoreFixture(folder.resolve("swept.zip"));
		fixture.pack(store);
		Map<String, NavigableMap<Long, Double>> put = expected("swept").series();
		List<String> keys = List.copyOf(put.keySet());
		String reply = reply(fixture);
		Map<String, NavigableMap<Long, Double>> left = StoredRows.of(reply, keys).series();
		assertThat(left.keySet()).isEqualTo(put.keySet());
		left.forEach((key, points) -> {
			NavigableMap<Long, Double> all = put.getOrDefault(key, new TreeMap<>());
			if (key.startsWith("old.")) {
				assertThat(all.entrySet()).containsAll(points.entrySet()).hasSizeGreaterThan(points.size());
				assertThat(points.entrySet()).containsAll(all.tailMap(NOW - 3600).entrySet());
			}
			else {
				assertThat(points).isEqualTo(all);
			}
		});
		assertThat(left.get("old.long")).isNotEmpty();
		assertThat(left.get("old.pieces")).isEmpty();
		fixture.writeReply(reply);
		fixture.writeKeys(keys);
	}

	private static StoredRows expected(String kind) {
		StoredRows rows = new StoredRows();
		write(kind, new Expected(rows));
		return rows;
	}

	private static void write(String kind, StoreFixtureScript.Target target) {
		StoreFixtureScript script = new StoreFixtureScript(target);
		script.writeChunks();
		if (kind.equals("swept")) {
			script.writeOld(NOW);
		}
		else {
			script.writeLog();
		}
		if (kind.equals("deleted")) {
			script.writeDeletions();
		}
		if (kind.equals("killed-in-checkpoint")) {
			script.writeWide();
		}
	}

	private static Path writeClosed(String kind, Path store) {
		try (StoreTarget target = new StoreTarget(EmbeddedStorageSettings.of(store), Clock.systemUTC(), List.of())) {
			write(kind, target);
		}
		return store;
	}

	private static Path writeSwept(Path store) {
		Retention retention = new Retention(List.of(Retention.Rule.of("old.*", Duration.ofHours(1))));
		Clock clock = Clock.fixed(Instant.ofEpochSecond(NOW - 60_000), ZoneOffset.UTC);
		EmbeddedStorageSettings settings = EmbeddedStorageSettings.of(store).withRetention(retention);
		try (StoreTarget target = new StoreTarget(settings, clock, List.of())) {
			write("swept", target);
		}
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(settings.withAcceptJump(true),
				Clock.fixed(Instant.ofEpochSecond(NOW), ZoneOffset.UTC))) {
			repository.sweep();
		}
		return store;
	}

	private static Path writeAndKill(String kind, Path store) throws Exception {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx512m", "-cp", System.getProperty("java.class.path"), StoreFixtureWriter.class.getName(), kind,
				store.toString())
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		String said = "";
		while (!said.endsWith(WRITTEN)) {
			int next = process.getInputStream().read();
			assertThat(next).as("ended after: %s", said).isNotNegative();
			said += (char) next;
		}
		process.destroyForcibly().onExit().join();
		return store;
	}

	private static void writeAndWaitForDeath(String kind, Path store) throws InterruptedException {
		NativeLibrary.load(store);
		FirstSync firstSync = new FirstSync();
		StoreTarget target = new StoreTarget(EmbeddedStorageSettings.of(store), Clock.systemUTC(), List.of(firstSync));
		write(kind, target);
		if (kind.equals("killed-in-checkpoint")) {
			firstSync.armed = true;
			target.checkpoint();
			throw new IllegalStateException("the checkpoint was not stopped");
		}
		System.out.print(WRITTEN);
		System.out.flush();
		new CountDownLatch(1).await();
	}

	// A server starts on a store that was killed, takes some more points, and makes a
	// backup of what is partly in chunks, partly in the log.
	private static Path writeBackup(StoreFixture killed, Path scratch, StoredRows expected) throws Exception {
		Path store = scratch.resolve("running");
		killed.unpackTo(store);
		try (RunningServer server = start(store)) {
			StringBuilder puts = new StringBuilder();
			for (int i = 0; i < 60; i++) {
				String key = LATER_KEYS[i % LATER_KEYS.length];
				puts.append("put " + key + " " + i + ".25 " + (NOW + i) + "\n");
				expected.put(key, NOW + i, i + 0.25);
			}
			assertThat(exchange(server, puts.toString())).isEqualTo("ok\n\n".repeat(60));
			HttpRequest request = HttpRequest
				.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + "/actuator/backup"))
				.header("Content-Type", "application/json")
				.POST(HttpRequest.BodyPublishers.ofString("{\"name\": \"fixture\"}"))
				.build();
			HttpResponse<String> response = HttpClient.newHttpClient()
				.send(request, HttpResponse.BodyHandlers.ofString());
			assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		}
		return store.resolve("backups").resolve("fixture");
	}

	private static String reply(StoreFixture fixture) throws Exception {
		Path store = Files.createTempDirectory("eardrum-store").resolve("store");
		fixture.unpackTo(store);
		try (RunningServer server = start(store)) {
			return exchange(server, "get *\n");
		}
		finally {
			FileSystemUtils.deleteRecursively(store.getParent());
		}
	}

	static RunningServer start(Path store) {
		return RunningServer.start("--eardrum.storage.type=embedded", "--eardrum.storage.path=" + store,
				"--eardrum.storage.min-free-space=1MB", "--eardrum.storage.checkpoint-interval=1d");
	}

	static String exchange(RunningServer server, String sent) throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.tcpPort())) {
			socket.getOutputStream().write(sent.getBytes(StandardCharsets.UTF_8));
			socket.shutdownOutput();
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	/**
	 * Stops a checkpoint at the first sync of the log: what filled whole batches is in
	 * chunks then, the rest is not, and the log is not yet cut.
	 */
	private static final class FirstSync extends AbstractEventListener {

		private volatile boolean armed;

		FirstSync() {
			super(EnabledEventCallback.ON_FILE_SYNC_FINISH, EnabledEventCallback.SHOULD_BE_NOTIFIED_ON_FILE_IO);
		}

		@Override
		public boolean shouldBeNotifiedOnFileIO() {
			return true;
		}

		@Override
		public void onFileSyncFinish(FileOperationInfo info) {
			if (this.armed && info.getPath().endsWith(".log")) {
				System.out.print(WRITTEN);
				System.out.flush();
				try {
					new CountDownLatch(1).await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
		}

	}

	/**
	 * Puts into a store.
	 */
	private static final class StoreTarget implements StoreFixtureScript.Target, AutoCloseable {

		private final EmbeddedStorageSettings settings;

		private final Clock clock;

		private final List<AbstractEventListener> listeners;

		private final PointBatch batch = new PointBatch();

		private RocksDbMetricRepository repository;

		StoreTarget(EmbeddedStorageSettings settings, Clock clock, List<AbstractEventListener> listeners) {
			this.settings = settings;
			this.clock = clock;
			this.listeners = listeners;
			this.repository = new RocksDbMetricRepository(settings, clock, listeners);
		}

		@Override
		public void put(String key, long timestamp, double value) {
			this.batch.add(SeriesKey.of(key), timestamp, value);
		}

		@Override
		public void delete(String key, long from, long to) {
			commit();
			this.repository.delete(List.of(SeriesKey.of(key)), new TimeRange(from, to));
		}

		@Override
		public void commit() {
			this.repository.put(this.batch);
			this.batch.clear();
		}

		@Override
		public void checkpoint() {
			commit();
			this.repository.checkpoint();
		}

		@Override
		public void reopen() {
			this.repository.close();
			this.repository = new RocksDbMetricRepository(this.settings, this.clock, this.listeners);
		}

		@Override
		public void close() {
			this.repository.close();
		}

	}

	/**
	 * Notes what was put.
	 *
	 * @param rows takes it
	 */
	private record Expected(StoredRows rows) implements StoreFixtureScript.Target {

		@Override
		public void put(String key, long timestamp, double value) {
			this.rows.put(key, timestamp, value);
		}

		@Override
		public void delete(String key, long from, long to) {
			this.rows.delete(key, from, to);
		}

		@Override
		public void commit() {
		}

		@Override
		public void checkpoint() {
		}

		@Override
		public void reopen() {
		}

	}

}
