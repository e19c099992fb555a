package io.eardrum.cli.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.cli.fixture.AnsweringServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link LoadGenerator} and its parts.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoadGeneratorTests {

	private static final Pattern PUT = Pattern.compile("put eardrum\\.bench\\.host\\d{3} [1-9]\\d\\.\\d 115086\\d{4}");

	@ParameterizedTest
	@ValueSource(strings = { "window", "stream" })
	void everyAcknowledgedPointIsCountedOnce(String mode) throws Exception {
		try (AnsweringServer server = new AnsweringServer((number) -> "ok\n\n")) {
			Measurement measurement = LoadGenerator.measure(options(mode, server, "--connections", "3", "--depth", "7",
					"--warmup", "0", "--seconds", "1", "--series", "500"));
			assertThat(measurement.pointsInAll()).isEqualTo(server.count()).isGreaterThan(100);
			assertThat(measurement.points()).isBetween(1L, measurement.pointsInAll());
			assertThat(measurement.roundTrips().total()).isBetween(1L, measurement.pointsInAll() / 7);
			assertThat(server.lines()).allMatch((line) -> PUT.matcher(line).matches());
			List<String> points = server.lines().stream().map((line) -> line.replaceAll(" [0-9.]+ ", " ")).toList();
			assertThat(new HashSet<>(points)).hasSameSizeAs(points);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "window", "stream" })
	void errorReplyFailsTheRun(String mode) throws Exception {
		try (AnsweringServer server = new AnsweringServer(
				(number) -> (number == 1_000) ? "error\nwrong command\n\n" : "ok\n\n")) {
			assertThatIOException().isThrownBy(() -> LoadGenerator.run(options(mode, server)))
				.withMessageContaining("error\\nwrong command\\n\\n");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "window", "stream" })
	void replyTooManyFailsTheRun(String mode) throws Exception {
		try (AnsweringServer server = new AnsweringServer(
				(number) -> (number % 100 == 0) ? "ok\n\nok\n\n" : "ok\n\n")) {
			assertThatIOException()
				.isThrownBy(() -> LoadGenerator.run(options(mode, server, "--in-flight-bytes", "1", "--depth", "100")))
				.withMessageContaining("too many");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "window", "stream" })
	void serverThatClosesFailsTheRun(String mode) throws Exception {
		try (AnsweringServer server = new AnsweringServer((number) -> (number == 1_000) ? "" : "ok\n\n")) {
			assertThatIOException().isThrownBy(() -> LoadGenerator.run(options(mode, server)));
		}
	}

	@Test
	void lineOfResultTellsRateAndRoundTrips() throws Exception {
		try (AnsweringServer server = new AnsweringServer((number) -> "ok\n\n")) {
			assertThat(LoadGenerator.run(options("window", server, "--seconds", "1", "--warmup", "0"))).matches(
					"window 8 x 16: \\d+ points/s acknowledged, round trip of a write p50 [\\d.]+, p99 [\\d.]+, p99.9 [\\d.]+ ms"
							+ " \\(\\d+ points in 1 s, \\d+ with warm-up\\)");
		}
	}

	@Test
	void allRowsAreCounted() throws Exception {
		String rows = "palm.cpu 23.7 1150864247\n".repeat(10_000);
		try (AnsweringServer server = new AnsweringServer((number) -> "ok\n" + rows + "\n")) {
			LoadOptions options = options("get-all", server);
			try (Connection connection = new Connection(options)) {
				AllRows all = AllRows.read(connection);
				assertThat(all.rows()).isEqualTo(10_000);
				assertThat(all.bytes()).isEqualTo(rows.length() + 4);
			}
			assertThat(LoadGenerator.run(options)).contains("(10000 rows, 250004 bytes in ");
			assertThat(server.lines()).containsExactly("get *", "get *");
		}
	}

	@Test
	void emptyStoreHasNoRows() throws Exception {
		try (AnsweringServer server = new AnsweringServer((number) -> "ok\n\n")) {
			assertThat(LoadGenerator.run(options("get-all", server))).contains("(0 rows, 4 bytes in ");
		}
	}

	@Test
	void errorInsteadOfRowsFailsTheRun() throws Exception {
		try (AnsweringServer server = new AnsweringServer((number) -> "error\nstorage unavailable\n\n")) {
			assertThatIOException().isThrownBy(() -> LoadGenerator.run(options("get-all", server)));
		}
	}

	@Test
	void repliesAreCountedHoweverTheyAreCut() throws IOException {
		byte[] text = "ok\n\n".repeat(5).getBytes(StandardCharsets.US_ASCII);
		for (int first = 0; first <= text.length; first++) {
			for (int second = first; second <= text.length; second++) {
				OkReplies replies = new OkReplies();
				int count = count(replies, text, 0, first) + count(replies, text, first, second)
						+ count(replies, text, second, text.length);
				assertThat(count).isEqualTo(5);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "o", "ok\nx", "k", "\n", "ok\n\n\n", "ok\n\nerror\n", "OK\n\n" })
	void bytesThatAreNotOkAreRefused(String text) {
		byte[] bytes = (text + "ok ok ok").getBytes(StandardCharsets.US_ASCII);
		assertThatIOException().isThrownBy(() -> new OkReplies().count(bytes, bytes.length))
			.withMessageStartingWith("not ok");
	}

	private static int count(OkReplies replies, byte[] text, int from, int to) throws IOException {
		byte[] part = new byte[to - from];
		System.arraycopy(text, from, part, 0, part.length);
		return replies.count(part, part.length);
	}

	@Test
	void timestampsCarryOverTheirDigits() {
		PutLines lines = new PutLines(0, 1, 1, 1_999_999_998L);
		byte[] bytes = new byte[3 * lines.lineLength()];
		int length = lines.render(bytes, 3);
		assertThat(new String(bytes, 0, length, StandardCharsets.US_ASCII)).isEqualTo("""
				put eardrum.bench.host000 10.0 1999999998
				put eardrum.bench.host000 50.7 1999999999
				put eardrum.bench.host000 91.4 2000000000
				""");
	}

	@Test
	void quantilesAreAtMostOneStepTooHigh() {
		for (long factor : new long[] { 1, 37, 1_000, 123_456_789 }) {
			RoundTrips roundTrips = new RoundTrips();
			for (int i = 1; i <= 1_000; i++) {
				roundTrips.record(i * factor);
			}
			for (int permille : new int[] { 1, 10, 500, 990, 999, 1_000 }) {
				long exact = permille * factor;
				assertThat(roundTrips.quantileNanos(permille / 1_000.0)).isBetween(exact, exact + exact / 32);
			}
		}
		RoundTrips extremes = new RoundTrips();
		assertThat(extremes.quantileNanos(0.5)).isZero();
		extremes.record(0);
		assertThat(extremes.quantileNanos(1)).isZero();
		extremes.record(Long.MAX_VALUE);
		assertThat(extremes.quantileNanos(1)).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void otherMachinesAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> LoadOptions.parse("window", "192.0.2.1", "8888"))
			.withMessageContaining("192.0.2.1 is not this machine");
	}

	@Test
	void wrongCommandLinesAreRefused() {
		for (String line : List.of("", "window 127.0.0.1", "flood 127.0.0.1 8888", "window 127.0.0.1 0",
				"window 127.0.0.1 8888 --depth", "window 127.0.0.1 8888 --depth 0", "window 127.0.0.1 8888 --depth x",
				"window 127.0.0.1 8888 --speed 1")) {
			assertThatExceptionOfType(IllegalArgumentException.class).as(line)
				.isThrownBy(() -> LoadOptions.parse(line.split(" ", -1)));
		}
	}

	private static LoadOptions options(String mode, AnsweringServer server, String... more) {
		String[] arguments = new String[3 + more.length];
		arguments[0] = mode;
		arguments[1] = "127.0.0.1";
		arguments[2] = String.valueOf(server.port());
		System.arraycopy(more, 0, arguments, 3, more.length);
		return LoadOptions.parse(arguments);
	}

}
