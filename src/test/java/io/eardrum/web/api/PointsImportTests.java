package io.eardrum.web.api;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.fixture.TestSeed;
import io.eardrum.metric.Point;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.protocol.fixture.RecordedCounts;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.fixture.TimestampChecks;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.http.admission.RequestMemory;
import io.eardrum.web.http.problem.RequestProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link PointsImport}, {@link BodyLines} and {@link BodyJson}.
 */
class PointsImportTests {

	private static final ProtocolLimits LIMITS = new ProtocolLimits(64, 16);

	private static final HeapBudget HEAP = HeapBudget.unlimited();

	private final MemoryMetricRepository repository = new MemoryMetricRepository();

	private final RecordedCounts counts = new RecordedCounts();

	@Test
	void linesAreStored() throws IOException {
		assertThat(lines("put a 1 1\nput a 2.5 2\r\n\n  \t\nput \u00fc 3 3")).isEqualTo(3);
		assertThat(keys()).containsExactly("a", "\u00fc");
		assertThat(this.repository.last(SeriesKey.of("a"))).isEqualTo(new Point(2, 2.5));
		assertThat(lines("")).isZero();
		assertThat(lines("\n\n")).isZero();
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';',
			value = { "got a 1 1;unknown_command", "get a;unknown_command", "get *;unknown_command",
					"put a 1;wrong_word_count", "put a 1 1 1;wrong_word_count", "put * 1 1;bad_key",
					"put aaaaaaaaaaaaaaaaa 1 1;bad_key", "put a nan 1;bad_value", "put a 1e999 1;bad_value",
					"put a 1 1.0;bad_timestamp", "GET / HTTP/1.1;http",
					"put a 1 0000000000000000000000000000000000000000000000000000000001;line_too_long" })
	void wrongLinesHaveTheReasonsOfTheTcpPort(String line, String reason) {
		assertThatExceptionOfType(RequestProblem.class)
			.isThrownBy(() -> lines("put ok 1 1\n\n" + line + "\nput ok 2 2"))
			.satisfies((problem) -> assertThat(problem.toJson()).contains("\"status\":422", "\"stored\":2",
					"\"errorCount\":1", "[{\"line\":3,\"reason\":\"" + reason + "\",\"message\":"));
		assertThat(keys()).containsExactly("ok");
		assertThat(this.counts.all()).hasSize(2)
			.containsEntry("put ok", 2L)
			.anySatisfy((name, count) -> assertThat(name).endsWith(" " + reason));
	}

	@Test
	void linesAreTheSameHoweverTheyArrive() throws IOException {
		StringBuilder body = new StringBuilder();
		for (int i = 0; i < 20_000; i++) {
			body.append("put k").append(i % 7).append(' ').append(i).append(' ').append(i).append('\n');
		}
		body.append("put huge ").append("1".repeat(300_000)).append(" 1\nput k0 -1 20000");
		byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
		long seed = TestSeed.value();
		Random random = new Random(seed);
		InputStream trickle = new ByteArrayInputStream(bytes) {

			@Override
			public int read(byte[] target, int offset, int length) {
				return super.read(target, offset, Math.min(length, 1 + random.nextInt(20_000)));
			}

		};
		PointsImport pointsImport = new PointsImport(this.repository, TimestampChecks.UNLIMITED, this.counts, LIMITS,
				"line", RequestMemory.of(HEAP));
		new BodyLines(pointsImport, LIMITS).readAll(trickle);
		assertThatExceptionOfType(RequestProblem.class).as("seed %d", seed)
			.isThrownBy(pointsImport::end)
			.satisfies((problem) -> assertThat(problem.toJson()).contains("\"stored\":20001",
					"[{\"line\":20001,\"reason\":\"line_too_long\""));
		int[] points = { 0 };
		this.repository.readAll(TimeRange.ALL, (key, timestamps, values, from, to) -> points[0] += to - from);
		assertThat(points[0]).isEqualTo(20_001);
	}

	@Test
	void lineThatIsTooLongMayEndWithTheBody() {
		assertThatExceptionOfType(RequestProblem.class)
			.isThrownBy(() -> lines("put ok 1 1\r\n \t\r\nput huge " + "1".repeat(300_000)))
			.satisfies((problem) -> assertThat(problem.toJson()).contains("\"stored\":1",
					"[{\"line\":3,\"reason\":\"line_too_long\""));
	}

	@Test
	void onlyTheFirstErrorsAreTold() {
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> lines("nonsense\n".repeat(1_000_000)))
			.satisfies((problem) -> assertThat(problem.toJson()).contains("\"errorCount\":1000000", "\"line\":100,")
				.doesNotContain("\"line\":101,"));
	}

	@ParameterizedTest
	@CsvSource({ "StorageException", "IllegalStateException" })
	void pointsThatTheStoreDoesNotTakeCountAsFailed(String kind) {
		MetricRepository broken = mock(MetricRepository.class);
		willThrow(kind.equals("StorageException") ? new StorageException("full") : new IllegalStateException())
			.given(broken)
			.put(any());
		PointsImport pointsImport = new PointsImport(broken, TimestampChecks.UNLIMITED, this.counts, LIMITS, "line",
				RequestMemory.of(HEAP));
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> {
			new BodyLines(pointsImport, LIMITS).readAll(stream("put a 1 1\nput a 2 2\n"));
			pointsImport.end();
		});
		assertThat(this.counts.all()).containsExactly(entry("put storage", 2L));
	}

	@Test
	void objectsAreStored() throws IOException {
		assertThat(json("[]")).isZero();
		assertThat(json(" [ {\"key\": \"a\", \"value\": 1, \"timestamp\": 1}, "
				+ "{\"timestamp\": -2, \"value\": 1.5e3, \"key\": \"\\u00fc\\ud83d\\ude00\"}]"))
			.isEqualTo(2);
		assertThat(this.repository.last(SeriesKey.of("\u00fc\ud83d\ude00"))).isEqualTo(new Point(-2, 1500));
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', quoteCharacter = '|', value = { "{};wrong_word_count", "7;wrong_word_count",
			"[[1]];wrong_word_count", "{\"key\":\"a\",\"value\":1};wrong_word_count",
			"{\"key\":\"\",\"value\":1,\"timestamp\":1};bad_key", "{\"key\":null,\"value\":1,\"timestamp\":1};bad_key",
			"{\"value\":1,\"timestamp\":1};wrong_word_count", "{\"key\":\"a\",\"timestamp\":1};wrong_word_count",
			"{\"key\":\"a b\",\"value\":1,\"timestamp\":1};bad_key",
			"{\"key\":\"a\\u007f\",\"value\":1,\"timestamp\":1};bad_key",
			"{\"key\":\"a 1 1\\nput b\",\"value\":1,\"timestamp\":1};bad_key",
			"{\"key\":\"*\",\"value\":1,\"timestamp\":1};bad_key",
			"{\"key\":\"\\ud83d\",\"value\":1,\"timestamp\":1};bad_key",
			"{\"key\":\"aaaaaaaaaaaaaaaaa\",\"value\":1,\"timestamp\":1};bad_key",
			"{\"key\":\"a\",\"value\":\"1\",\"timestamp\":1};bad_value",
			"{\"key\":\"a\",\"value\":null,\"timestamp\":1};bad_value",
			"{\"key\":\"a\",\"value\":1e999,\"timestamp\":1};bad_value",
			"{\"key\":\"a\",\"value\":1,\"timestamp\":1,\"tags\":{\"host\":\"b\"}};wrong_word_count",
			"{\"key\":\"a\",\"value\":1,\"timestamp\":1,\"value\":2};wrong_word_count",
			"{\"key\":\"a\",\"value\":1,\"timestamp\":\"1\"};bad_timestamp",
			"{\"key\":\"a\",\"value\":1,\"timestamp\":1.0};bad_timestamp",
			"{\"key\":\"a\",\"value\":1,\"timestamp\":9223372036854775808};bad_timestamp" })
	void wrongObjectsAreTold(String element, String reason) {
		String good = "{\"key\":\"ok\",\"value\":1,\"timestamp\":1}";
		assertThatExceptionOfType(RequestProblem.class)
			.isThrownBy(() -> json("[" + good + "," + element + "," + good + "]"))
			.satisfies((problem) -> assertThat(problem.toJson()).contains("\"status\":422", "\"stored\":2",
					"[{\"index\":1,\"reason\":\"" + reason + "\""));
		assertThat(keys()).containsExactly("ok");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "{}", "[", "[{\"key\":\"a\"", "[1}", "[] []", "[NaN]", "[{\"key\":\"a\",}]" })
	void brokenJsonIsRefused(String body) {
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> json(body))
			.satisfies((problem) -> assertThat(problem.toJson()).contains("\"status\":400", "\"stored\":0"));
	}

	@Test
	void jsonOfBytesThatAreNoCharactersIsRefused() {
		// Zeros first make it UTF-32, which ends at 10FFFF, or something that nobody
		// writes.
		for (byte[] body : new byte[][] { { 0, 0, 0, '[', 0, 0x11, 0, 0 }, { 0, 0x11, 0, 0, 0, '[', 0 } }) {
			PointsImport pointsImport = new PointsImport(this.repository, TimestampChecks.UNLIMITED, this.counts,
					LIMITS, "index", RequestMemory.of(HEAP));
			assertThatExceptionOfType(RequestProblem.class).isThrownBy(
					() -> new BodyJson(pointsImport, BodyJson.factory(LIMITS)).readAll(new ByteArrayInputStream(body)))
				.satisfies((problem) -> assertThat(problem.toJson()).contains("\"status\":400",
						"not valid JSON, at line 1,"));
		}
	}

	@Test
	void connectionThatBreaksInJsonIsNotBlamedOnTheBody() {
		InputStream body = new SequenceInputStream(stream("[{\"key\":"), new InputStream() {

			@Override
			public int read() throws IOException {
				throw new IOException("broken");
			}

			@Override
			public int read(byte[] target, int offset, int length) throws IOException {
				return read();
			}

		});
		PointsImport pointsImport = new PointsImport(this.repository, TimestampChecks.UNLIMITED, this.counts, LIMITS,
				"index", RequestMemory.of(HEAP));
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> new BodyJson(pointsImport, BodyJson.factory(LIMITS)).readAll(body))
			.withMessage("broken");
	}

	@Test
	void hugePartsOfJsonAreRefused() {
		for (String body : List.of("[{\"key\":\"" + "a".repeat(1_000_000) + "\"}]", "[" + "1".repeat(1_000_000) + "]",
				"[".repeat(1_000), "[{\"" + "a".repeat(1_000_000) + "\":1}]")) {
			assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> json(body))
				.satisfies((problem) -> assertThat(problem.toJson()).contains("\"status\":400"));
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';',
			value = { "put a x 1;One point is wrong. Nothing was stored.",
					"put a x 1\\nput a x 1;2 points are wrong. Nothing was stored.",
					"put a 1 1\\nput a x 1;One point is wrong. The other one was stored.",
					"put a 1 1\\nput a x 1\\nput a 2 2;One point is wrong. The others were stored." })
	void answerTellsOnlyOfOthersThatThereAre(String body, String detail) {
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> lines(body.replace("\\n", "\n")))
			.withMessage(detail);
	}

	@Test
	void pointsAreStoredBeforeTheirKeysTakeMuchMemory() throws IOException {
		HeapBudget heap = HeapBudget.ofThisProcess();
		RequestMemory memory = RequestMemory.of(heap);
		ProtocolLimits wide = new ProtocolLimits(4096, 512);
		PointsImport pointsImport = new PointsImport(this.repository, TimestampChecks.UNLIMITED, this.counts, wide,
				"line", memory);
		BodyLines body = new BodyLines(pointsImport, wide);
		long most = 0;
		for (int i = 0; i < 20; i++) {
			StringBuilder lines = new StringBuilder();
			for (int j = 0; j < 1000; j++) {
				lines.append("put ").append("k".repeat(500)).append(' ').append(j).append(" 1\n");
			}
			body.readAll(stream(lines.toString()));
			most = Math.max(most, heap.share(HeapUse.BODIES).usedBytes());
		}
		assertThat(most).isBetween(500_000L, 1_200_000L);
		assertThat(pointsImport.stored()).isGreaterThan(19_000);
	}

	@Test
	void batchesAreSmallWhereMemoryIsShort() throws IOException {
		HeapBudget heap = HeapBudget.ofThisProcess();
		HeapShare bodies = heap.share(HeapUse.BODIES);
		bodies.force(bodies.maxBytes() - 80_000);
		RequestMemory memory = RequestMemory.of(heap);
		PointsImport pointsImport = new PointsImport(this.repository, TimestampChecks.UNLIMITED, this.counts, LIMITS,
				"line", memory);
		StringBuilder lines = new StringBuilder();
		for (int i = 0; i < 5000; i++) {
			lines.append("put key 1 ").append(i).append('\n');
		}
		new BodyLines(pointsImport, LIMITS).readAll(stream(lines.toString()));
		assertThat(bodies.usedBytes()).isLessThanOrEqualTo(bodies.maxBytes());
		assertThat(pointsImport.end()).isEqualTo(5000);
	}

	@Test
	void jsonKeepsNoNamesAndTakesFewMembers() throws IOException {
		StringBuilder body = new StringBuilder("[");
		for (int i = 0; i < 200_000; i++) {
			body.append((i == 0) ? "" : ",").append("{\"name").append(i).append("\":1}");
		}
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> json(body.append("]").toString()))
			.satisfies((problem) -> assertThat(problem.toJson()).contains("\"errorCount\":200000", "and no 'name7'.",
					"Nothing was stored."));
		String members = "\"a\":1,".repeat(100) + "\"b\":1";
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> json("[{" + members + "}]"))
			.withMessageContaining("100 members");
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> json("[{\"" + "n".repeat(300) + "\":1}]"))
			.withMessageContaining("not valid JSON");
	}

	@Test
	void jsonIsWellFormedUtf8() throws IOException {
		assertThat(json("\ufeff[{\"key\":\"bom\",\"value\":1,\"timestamp\":1}]")).isEqualTo(1);
		assertThat(keys()).containsExactly("bom");
		byte[] body = "[{\"key\":\"a?\",\"value\":1,\"timestamp\":1}]".getBytes(StandardCharsets.UTF_8);
		for (byte wrong : new byte[] { (byte) 0xFF, (byte) 0xC3, (byte) 0x80 }) {
			body[10] = wrong;
			PointsImport pointsImport = new PointsImport(this.repository, TimestampChecks.UNLIMITED, this.counts,
					LIMITS, "index", RequestMemory.of(HEAP));
			assertThatExceptionOfType(RequestProblem.class).isThrownBy(
					() -> new BodyJson(pointsImport, BodyJson.factory(LIMITS)).readAll(new ByteArrayInputStream(body)))
				.withMessageContaining("not valid JSON");
		}
		PointsImport pointsImport = new PointsImport(this.repository, TimestampChecks.UNLIMITED, this.counts, LIMITS,
				"index", RequestMemory.of(HEAP));
		InputStream wrongAtOnce = new ByteArrayInputStream(new byte[] { (byte) 0xFF, '[', ']' });
		assertThatExceptionOfType(RequestProblem.class)
			.isThrownBy(() -> new BodyJson(pointsImport, BodyJson.factory(LIMITS)).readAll(wrongAtOnce))
			.withMessageContaining("not valid JSON, at line 1, column 1.");
		assertThat(keys()).containsExactly("bom");
	}

	private long lines(String body) throws IOException {
		PointsImport pointsImport = new PointsImport(this.repository, TimestampChecks.UNLIMITED, this.counts, LIMITS,
				"line", RequestMemory.of(HEAP));
		new BodyLines(pointsImport, LIMITS).readAll(stream(body));
		return pointsImport.end();
	}

	private long json(String body) throws IOException {
		PointsImport pointsImport = new PointsImport(this.repository, TimestampChecks.UNLIMITED, this.counts, LIMITS,
				"index", RequestMemory.of(HEAP));
		new BodyJson(pointsImport, BodyJson.factory(LIMITS)).readAll(stream(body));
		return pointsImport.end();
	}

	private static InputStream stream(String body) {
		return new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8));
	}

	private List<String> keys() {
		List<String> keys = new ArrayList<>();
		this.repository.forEachKey((key) -> keys.add(key.toString()));
		return keys;
	}

}
