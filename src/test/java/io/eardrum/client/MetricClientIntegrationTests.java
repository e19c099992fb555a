package io.eardrum.client;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.eardrum.client.MetricClientException.Reason;
import io.eardrum.metric.KeyedPoint;
import io.eardrum.metric.Point;
import io.eardrum.server.fixture.RunningServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link MetricClient} with the real server.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("try")
class MetricClientIntegrationTests {

	@RegisterExtension
	private static final RunningServer server = RunningServer.with();

	@Test
	void whatWasPutIsGot() {
		try (MetricClient client = connect()) {
			assertThat(client.get("a.new.key")).isEmpty();
			client.put("größe", -1.5e-300, Instant.ofEpochSecond(7));
			client.put(KeyedPoint.of("größe", Double.MIN_VALUE).at(Long.MIN_VALUE));
			client.put("größe", 3, Instant.ofEpochSecond(7));
			assertThat(client.get("größe")).containsExactly(new Point(Long.MIN_VALUE, Double.MIN_VALUE),
					new Point(7, 3));
			assertThat(client.getAll()).containsKey("größe");
		}
	}

	@Test
	void furtherWordsAreSpoken() {
		long now = Instant.now().getEpochSecond();
		try (RunningServer other = RunningServer.start("--eardrum.tcp.delete=true");
				MetricClient client = MetricClient.connect("127.0.0.1", other.tcpPort())) {
			assertThat(client.keys()).isEmpty();
			assertThat(client.last("b")).isNull();
			for (int i = 0; i < 5; i++) {
				client.put("a.b", i, Instant.ofEpochSecond(now - i));
				client.put("a*b\\", i, Instant.ofEpochSecond(i));
			}
			client.put("c", 7, Instant.ofEpochSecond(7));
			assertThat(client.keys()).containsExactly("a.b", "a*b\\", "c");
			assertThat(client.keys("a.*")).containsExactly("a.b");
			assertThat(client.last("a.b")).isEqualTo(new Point(now, 0));
			assertThat(client.last("a*b\\")).isEqualTo(new Point(4, 4));
			assertThat(client.range("a*b\\", 1, 2)).containsExactly(new Point(1, 1), new Point(2, 2));
			assertThat(client.range("a*b\\", 2, 1)).isEmpty();
			List<String> lasts = new ArrayList<>();
			assertThat(client.lastOfMatching("{c,a*}", (key, timestamp, value) -> lasts.add(key + " " + value)))
				.isEqualTo(2);
			assertThat(lasts).containsExactly("a*b\\ 4.0", "c 7.0");
			client.delete("a*b\\", 2, Long.MAX_VALUE);
			client.delete("a.b");
			client.delete("nobody");
			assertThat(client.keys()).containsExactly("a*b\\", "c");
			assertThat(client.get("a*b\\")).containsExactly(new Point(0, 0), new Point(1, 1));
			MetricClientTests.assertFails(Reason.WRONG_COMMAND, () -> client.keys("[a"));
			MetricClientTests.assertFails(Reason.INVALID, () -> client.keys("a b"));
			MetricClientTests.assertFails(Reason.INVALID, () -> client.delete("a\nput b 1 1"));
			MetricClientTests.assertFails(Reason.INVALID, () -> client.last("*"));
			assertThat(client.get("c")).hasSize(1);
		}
	}

	@Test
	void serverThatDoesNotKnowAWordIsNamed() {
		try (RunningServer other = RunningServer.start("--eardrum.tcp.extensions=false");
				MetricClient client = MetricClient.connect("127.0.0.1", other.tcpPort())) {
			assertThatExceptionOfType(MetricClientException.class).isThrownBy(client::keys)
				.withMessageContaining("eardrum.tcp.extensions=false");
			assertThatExceptionOfType(MetricClientException.class).isThrownBy(() -> client.delete("a"))
				.withMessageContaining("eardrum.tcp.delete=false");
			client.put("a", 1);
		}
	}

	@Test
	void keyTooLongIsAWrongCommandAndTheSessionGoesOn() {
		try (MetricClient client = connect()) {
			for (int length : new int[] { 513, 5_000 }) {
				MetricClientTests.assertFails(Reason.WRONG_COMMAND,
						() -> client.put("k".repeat(length), 1, Instant.ofEpochSecond(1)));
			}
			client.put("k".repeat(512), 1, Instant.ofEpochSecond(1));
		}
	}

	@Test
	void manyPointsGoThroughThePipeline() {
		int count = 300_000;
		Stream<KeyedPoint> points = IntStream.range(0, count)
			.mapToObj((i) -> KeyedPoint.of("pipe.host" + i % 100, i / 8.0).at(i));
		try (MetricClient client = connect()) {
			assertThat(client.put(points)).isEqualTo(count);
			assertThat(client.get("pipe.host7")).hasSize(count / 100).startsWith(new Point(7, 0.875));
		}
	}

	// The replies are far longer than the commands, and than all socket buffers.
	@Test
	void manyRefusedPointsBlockNobody() {
		String key = "k".repeat(513);
		Iterable<KeyedPoint> points = () -> IntStream.range(0, 200_000)
			.mapToObj((i) -> KeyedPoint.of(key, i).at(i))
			.iterator();
		try (MetricClient client = connect()) {
			List<Long> refused = new ArrayList<>();
			PutProgress progress = client.put(points, (index, rejection) -> refused.add(index));
			assertThat(progress).isEqualTo(new PutProgress(200_000, 0, 200_000, 0));
			assertThat(refused).hasSize(200_000).isSorted();
		}
	}

	@Test
	void replyIsStreamedToItsConsumer() {
		try (MetricClient client = connect()) {
			client.put(IntStream.range(0, 50_000).mapToObj((i) -> KeyedPoint.of("stream", i).at(i)));
			long[] sum = new long[1];
			assertThat(client.get("stream", (key, timestamp, value) -> sum[0] += timestamp)).isEqualTo(50_000);
			assertThat(sum[0]).isEqualTo(50_000L * 49_999 / 2);
		}
	}

	@Test
	void serverThatStopsIsAClosedConnection() {
		try (RunningServer stopping = RunningServer.start();
				MetricClient client = MetricClient.connect("127.0.0.1", stopping.tcpPort())) {
			client.put("palm.cpu", 1, Instant.ofEpochSecond(1));
			stopping.close();
			MetricClientTests.assertFails(Reason.CLOSED, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(2)));
		}
	}

	private static MetricClient connect() {
		return MetricClient.connect("127.0.0.1", server.tcpPort());
	}

}
