package io.eardrum.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.fixture.TestSeed;
import io.eardrum.server.fixture.ModelClient;
import io.eardrum.server.fixture.RecordedReplies;
import io.eardrum.server.fixture.RecordedReplies.Conversation;
import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Repeats what was sent to an earlier version, and compares the replies with those of
 * that version byte by byte: {@code src/test/resources/replies} has them. They must be
 * the same, however the bytes are cut and whichever store is used.
 * <p>
 * Where the protocol has changed, {@code -Deardrum.record=true} makes this test write
 * what the server answers now instead of comparing it. Inspect the difference line by
 * line before you commit it.
 */
@Timeout(120)
class RecordedRepliesIntegrationTests {

	private static final boolean RECORD = Boolean.getBoolean("eardrum.record");

	private static final String COMMANDS = "commands.txt";

	private static final String LIMITS = "limits.txt";

	/** The name of what is read once all models have ended. */
	private static final String ALL = "all";

	private static final int MODELS = 4;

	private static final int MODEL_LINES = 700;

	private static final LocalDateTime TIME = LocalDateTime.of(2000, 1, 1, 0, 0);

	@TempDir
	Path directory;

	@BeforeAll
	static void record() throws Exception {
		if (RECORD) {
			for (String name : new String[] { COMMANDS, LIMITS }) {
				RecordedReplies recorded = RecordedReplies.read(name);
				recorded.rewrite(replay(recorded, recorded.arguments(), (bytes) -> List.of(bytes.length)));
			}
			writeInvented(invent());
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { COMMANDS, LIMITS })
	void repliesAreTheSameInOneSegment(String name) throws Exception {
		RecordedReplies recorded = RecordedReplies.read(name);
		requireSame(recorded, replay(recorded, recorded.arguments(), (bytes) -> List.of(bytes.length)),
				"in one segment");
	}

	@Test
	void repliesAreTheSameLineByLine() throws Exception {
		RecordedReplies recorded = RecordedReplies.read(COMMANDS);
		requireSame(recorded,
				replay(recorded, embedded(recorded.arguments()), RecordedRepliesIntegrationTests::lineEnds),
				"line by line");
	}

	@Test
	void repliesAreTheSameByteByByte() throws Exception {
		RecordedReplies recorded = RecordedReplies.read(COMMANDS);
		requireSame(recorded, replay(recorded, recorded.arguments(), RecordedRepliesIntegrationTests::everyByte),
				"byte by byte");
	}

	@ParameterizedTest
	@ValueSource(strings = { COMMANDS, LIMITS })
	void repliesAreTheSameWhereverTheyAreCut(String name) throws Exception {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		RecordedReplies recorded = RecordedReplies.read(name);
		requireSame(recorded, replay(recorded, embedded(recorded.arguments()), (bytes) -> cuts(bytes, random)),
				"cut at random, seed " + seed);
	}

	@Test
	void oneWrongByteOfARecordingIsFound() throws Exception {
		RecordedReplies recorded = RecordedReplies.read(COMMANDS);
		for (int i : new int[] { 2, 5, recorded.conversations().size() - 1 }) {
			List<byte[]> replies = new ArrayList<>();
			recorded.conversations().forEach((each) -> replies.add(each.received().toByteArray()));
			requireSame(recorded, replies, "as recorded");
			byte[] changed = replies.get(i);
			int middle = changed.length / 2;
			changed[middle] = (byte) (changed[middle] ^ 1);
			assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> requireSame(recorded, replies, "changed"))
				.withMessageContaining(recorded.conversations().get(i).name());
		}
	}

	@Test
	void repliesToInventedCommandsOfManyConnectionsAreTheSame() throws Exception {
		Map<String, byte[]> recorded = readInvented();
		assertThat(recorded).hasSize(2 * MODELS + 3);
		long seed = TestSeed.value();
		try (RunningServer server = RunningServer.start(embedded())) {
			ExecutorService executor = Executors.newCachedThreadPool();
			try {
				List<Callable<byte[]>> runs = new ArrayList<>();
				for (int i = 0; i < MODELS; i++) {
					byte[] sent = of(recorded, i + ".sent");
					Random random = new Random(seed + i);
					runs.add(() -> converse(server, sent, random, executor));
				}
				List<Future<byte[]>> received = executor.invokeAll(runs);
				for (int i = 0; i < MODELS; i++) {
					requireSame("connection " + i + ", seed " + seed, received.get(i).get(),
							of(recorded, i + ".received"));
				}
				// The order of the first puts differs each time.
				byte[] all = converse(server, "get *\n".getBytes(StandardCharsets.UTF_8), new Random(seed), executor);
				requireSame("get *", sorted(all), sorted(of(recorded, ALL + ".received")));
				requireSame("a long reply", converse(server, of(recorded, "long.sent"), new Random(seed), executor),
						of(recorded, "long.received"));
			}
			finally {
				executor.shutdownNow();
			}
		}
	}

	private String[] embedded(String... more) {
		List<String> arguments = new ArrayList<>(List.of("--eardrum.storage.type=embedded",
				"--eardrum.storage.path=" + this.directory.resolve("store"), "--eardrum.storage.min-free-space=1MB"));
		arguments.addAll(List.of(more));
		return arguments.toArray(String[]::new);
	}

	private static List<byte[]> replay(RecordedReplies recorded, String[] arguments, Cutting cutting)
			throws IOException {
		List<byte[]> replies = new ArrayList<>();
		try (RunningServer server = RunningServer.start(arguments); TestClient pacer = server.client()) {
			for (Conversation conversation : recorded.conversations()) {
				try {
					replies.add(replay(server, pacer, conversation, cutting.ends(conversation.bytes())));
				}
				catch (IOException ex) {
					throw new IOException(conversation.name(), ex);
				}
			}
		}
		return replies;
	}

	private static byte[] replay(RunningServer server, TestClient pacer, Conversation conversation, List<Integer> ends)
			throws IOException {
		byte[] sent = conversation.bytes();
		try (TestClient client = server.client()) {
			try {
				int from = 0;
				for (int end : ends) {
					client.send(sent, from, end);
					from = end;
					if (end < sent.length) {
						assertThat(pacer.exchange("get nobody\n")).isEqualTo(Replies.OK);
					}
				}
			}
			catch (IOException ex) {
				if (!conversation.endedByServer()) {
					throw ex;
				}
			}
			return conversation.endedByServer() ? untilClosed(client) : toEnd(client.halfClose());
		}
	}

	private static byte[] toEnd(TestClient client) throws IOException {
		ByteArrayOutputStream received = new ByteArrayOutputStream();
		byte[] buffer = new byte[8192];
		for (int length = client.read(buffer); length >= 0; length = client.read(buffer)) {
			received.write(buffer, 0, length);
		}
		return received.toByteArray();
	}

	// A reset may end it, too, if the client is still sending.
	private static byte[] untilClosed(TestClient client) throws IOException {
		ByteArrayOutputStream received = new ByteArrayOutputStream();
		byte[] buffer = new byte[8192];
		try {
			for (int length = client.read(buffer); length >= 0; length = client.read(buffer)) {
				received.write(buffer, 0, length);
			}
		}
		catch (SocketTimeoutException ex) {
			throw ex;
		}
		catch (IOException ex) {
			return received.toByteArray();
		}
		return received.toByteArray();
	}

	private static List<Integer> lineEnds(byte[] bytes) {
		List<Integer> ends = new ArrayList<>();
		for (int i = 0; i < bytes.length; i++) {
			if (bytes[i] == '\n' || i == bytes.length - 1) {
				ends.add(i + 1);
			}
		}
		return ends;
	}

	// Only up to some length, because each byte waits until the server has answered
	// another client.
	private static List<Integer> everyByte(byte[] bytes) {
		List<Integer> ends = new ArrayList<>();
		for (int i = 1; i <= bytes.length; i = (i < 1000) ? i + 1 : Math.min(bytes.length, i + 997)) {
			ends.add(i);
			if (i == bytes.length) {
				break;
			}
		}
		return ends;
	}

	private static List<Integer> cuts(byte[] bytes, Random random) {
		List<Integer> ends = new ArrayList<>();
		int end = 0;
		while (end < bytes.length) {
			end = Math.min(bytes.length, end + 1 + random.nextInt(random.nextBoolean() ? 20 : 500));
			ends.add(end);
		}
		return ends;
	}

	private static void requireSame(RecordedReplies recorded, List<byte[]> replies, String context) {
		assertThat(replies).as(context).hasSameSizeAs(recorded.conversations());
		for (int i = 0; i < replies.size(); i++) {
			Conversation conversation = recorded.conversations().get(i);
			requireSame(conversation.name() + ", " + context, replies.get(i), conversation.received().toByteArray());
		}
	}

	// Read as ISO 8859-1, in which different bytes are always different text.
	private static void requireSame(String context, byte[] actual, byte[] expected) {
		Replies.assertSame(context, new String(actual, StandardCharsets.ISO_8859_1),
				new String(expected, StandardCharsets.ISO_8859_1));
	}

	private static byte[] sorted(byte[] reply) {
		String[] lines = new String(reply, StandardCharsets.ISO_8859_1).split("\n", -1);
		Arrays.sort(lines);
		return String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1);
	}

	private static byte[] converse(RunningServer server, byte[] sent, Random random, ExecutorService executor)
			throws Exception {
		try (TestClient client = server.client()) {
			Future<?> writer = executor.submit(() -> {
				int from = 0;
				for (int end : cuts(sent, random)) {
					client.send(sent, from, end);
					from = end;
				}
				return client.halfClose();
			});
			byte[] received = toEnd(client);
			writer.get();
			return received;
		}
	}

	private static Map<String, byte[]> invent() throws Exception {
		Map<String, byte[]> files = new TreeMap<>();
		StringBuilder longRead = new StringBuilder();
		for (int i = 0; i < 5000; i++) {
			longRead.append("put long ").append(i).append(".5 ").append(i).append('\n');
		}
		files.put("long.sent", longRead.append("get long\n").toString().getBytes(StandardCharsets.UTF_8));
		for (int i = 0; i < MODELS; i++) {
			ModelClient model = new ModelClient("model" + i, 20_261_129L + i);
			StringBuilder sent = new StringBuilder();
			for (int j = 0; j < MODEL_LINES; j++) {
				model.next(sent, new StringBuilder());
			}
			files.put(i + ".sent", sent.toString().getBytes(StandardCharsets.UTF_8));
		}
		ExecutorService executor = Executors.newCachedThreadPool();
		try (RunningServer server = RunningServer.start()) {
			for (int i = 0; i < MODELS; i++) {
				files.put(i + ".received", converse(server, of(files, i + ".sent"), new Random(i), executor));
			}
			files.put(ALL + ".received",
					converse(server, "get *\n".getBytes(StandardCharsets.UTF_8), new Random(0), executor));
			files.put("long.received", converse(server, of(files, "long.sent"), new Random(0), executor));
		}
		finally {
			executor.shutdownNow();
		}
		return files;
	}

	private static byte[] of(Map<String, byte[]> files, String name) {
		return files.getOrDefault(name, new byte[0]);
	}

	private static Path inventedFile() {
		return RecordedReplies.FOLDER.resolve("invented.zip");
	}

	private static void writeInvented(Map<String, byte[]> files) throws IOException {
		try (OutputStream target = Files.newOutputStream(inventedFile());
				ZipOutputStream output = new ZipOutputStream(target)) {
			for (Map.Entry<String, byte[]> file : files.entrySet()) {
				ZipEntry entry = new ZipEntry(file.getKey());
				entry.setTimeLocal(TIME);
				output.putNextEntry(entry);
				output.write(file.getValue());
				output.closeEntry();
			}
		}
	}

	private static Map<String, byte[]> readInvented() throws IOException {
		Map<String, byte[]> files = new TreeMap<>();
		try (InputStream source = Files.newInputStream(inventedFile());
				ZipInputStream input = new ZipInputStream(source)) {
			for (ZipEntry entry = input.getNextEntry(); entry != null; entry = input.getNextEntry()) {
				files.put(entry.getName(), input.readAllBytes());
			}
		}
		return files;
	}

	/**
	 * Decides where the sent bytes are cut.
	 */
	private interface Cutting {

		/**
		 * Returns where to cut.
		 * @param bytes the sent bytes
		 * @return the end of each segment
		 */
		List<Integer> ends(byte[] bytes);

	}

}
