package io.eardrum.web.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.util.unit.DataSize;

import io.eardrum.address.ClientAddresses;
import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.metric.Point;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.protocol.fixture.RecordedCounts;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.storage.time.SuspectPointObserver;
import io.eardrum.storage.time.TimestampCheck;
import io.eardrum.web.event.RequestObserver;
import io.eardrum.web.http.admission.RequestGate;
import io.eardrum.web.http.admission.RequestLimits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PointsWriter}.
 */
class PointsWriterTests {

	private static final String TEXT = "put a 1 1\n";

	private static final String JSON = "[{\"key\":\"a\",\"value\":1,\"timestamp\":1}]";

	private static final int LINE_LENGTH = 19;

	private final MemoryMetricRepository repository = new MemoryMetricRepository(2, Clock.systemUTC());

	private final RecordedCounts counts = new RecordedCounts();

	private final HeapBudget heap = HeapBudget.ofThisProcess();

	private final List<RequestObserver.Limit> told = new ArrayList<>();

	private final RequestGate gate = new RequestGate(limits(), this.heap, this.told::add, ClientAddresses.distinct(),
			System::nanoTime);

	private final ApiRequests api = new ApiRequests(this.repository, new TimestampCheck(Duration.ofDays(1),
			Clock.fixed(ApiRequests.NOW, ZoneOffset.UTC), SuspectPointObserver.NONE), this.counts, this.gate);

	// As little work as can be configured.
	private static RequestLimits limits() {
		return new RequestLimits(Duration.ofMinutes(1), 1_000_000, 10, null, 8, DataSize.ofKilobytes(4),
				DataSize.ofKilobytes(64), DataSize.ofMegabytes(1), Duration.ofHours(1), Duration.ofSeconds(5));
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "text/plain", "text/plain;charset=UTF-8", "Text/Plain; charset=us-ascii" })
	void textIsTakenAsLines(@Nullable String contentType) throws IOException {
		assertThat(post(contentType, TEXT)).isEqualTo("{\"stored\":1}\n");
		assertThat(this.repository.last(SeriesKey.of("a"))).isEqualTo(new Point(1, 1));
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "application/json", "application/json;charset=utf-8", "application/json; charset=US-ASCII" })
	void jsonIsTakenAsObjects(String contentType) throws IOException {
		assertThat(post(contentType, JSON)).isEqualTo("{\"stored\":1}\n");
		assertThat(this.repository.last(SeriesKey.of("a"))).isEqualTo(new Point(1, 1));
	}

	@ParameterizedTest
	@ValueSource(strings = { "text/plain;charset=ISO-8859-1", "application/json;charset=UTF-16", "text/csv",
			"application/xml", "nonsense", "text/plain;charset=unheard-of" })
	void anythingElseIsRefused(String contentType) throws IOException {
		for (String body : new String[] { TEXT, JSON }) {
			assertThat(post(contentType, body)).contains("\"status\":415", "text/plain", "application/json");
		}
		assertThat(this.repository.seriesCount()).isZero();
	}

	@Test
	void refusedPointsAreToldWithTheirLines() throws IOException {
		long future = ApiRequests.NOW.getEpochSecond() + 100_000;
		assertThat(post("text/plain", "put a 1 1\nput b 1 1\nput a 1 " + future + "\nput c 1 1\nput a \u00fc 1\n"))
			.contains("\"status\":422", "3 points are wrong. The others were stored.", "\"stored\":2",
					"{\"line\":3,\"reason\":\"timestamp_in_future\",\"message\":\"The timestamp is further ahead",
					"{\"line\":4,\"reason\":\"too_many_series\",\"message\":\"This would be a new series",
					"{\"line\":5,\"reason\":\"bad_value\",\"message\":");
		assertThat(this.counts.all()).containsEntry("put ok", 2L)
			.containsEntry("put timestamp_in_future", 1L)
			.containsEntry("put too_many_series", 1L);
	}

	@Test
	void lineThatIsNoTextIsToldSo() throws IOException {
		MockHttpServletRequest request = request("text/plain");
		request.setContent(new byte[] { 'p', 'u', 't', ' ', (byte) 0xFF, ' ', '1', ' ', '1', '\n' });
		assertThat(send(request))
			.contains("{\"line\":1,\"reason\":\"bad_encoding\",\"message\":\"A line is well-formed UTF-8.\"}");
	}

	// Each part of a body is work of its own, and this one comes in one part.
	@Test
	void whatWasStoredBeforeTheRequestHadToEndIsTold() throws IOException {
		ByteArrayOutputStream compressed = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
			gzip.write(lines(1000).repeat(30).getBytes(StandardCharsets.UTF_8));
		}
		MockHttpServletRequest request = request("text/plain");
		request.addHeader("Content-Encoding", "gzip");
		request.setContent(compressed.toByteArray());
		String answer = send(request);
		long stored = this.counts.all().getOrDefault("put ok", 0L);
		assertThat(answer).contains("\"status\":422", "eardrum.requests.max-work", "\"stored\":" + stored + "}");
		assertThat(stored).isPositive().isLessThan(30_000);
		assertThat(this.told).containsExactly(RequestObserver.Limit.WORK);
	}

	@Test
	void whatWasStoredOfABodyThatIsTooLongIsTold() throws IOException {
		String answer = post("text/plain", lines(60_000));
		assertThat(answer).contains("\"status\":413", "eardrum.requests.max-body", "\"stored\":" + stored() + "}");
		assertThat(stored()).isPositive().isLessThan(60_000);
		assertThat(this.told).containsExactly(RequestObserver.Limit.BODY);
	}

	@Test
	void whatWasStoredBeforeMemoryRanOutIsTold() throws IOException {
		HeapShare bodies = this.heap.share(HeapUse.BODIES);
		MockHttpServletRequest request = request("text/plain");
		request.setContent(lines(10_000).getBytes(StandardCharsets.UTF_8));
		String answer = send(new HttpServletRequestWrapper(request) {

			@Override
			public ServletInputStream getInputStream() {
				return new UntilMemoryRunsOut(request.getInputStream(), bodies, 5000 * LINE_LENGTH);
			}

		});
		assertThat(answer).contains("\"status\":503", "eardrum.heap.bodies", "\"stored\":" + stored() + "}");
		assertThat(stored()).isPositive().isLessThan(10_000);
		assertThat(this.told).containsExactly(RequestObserver.Limit.MEMORY);
		assertThat(bodies.usedBytes()).isZero();
	}

	private static String lines(int count) {
		StringBuilder lines = new StringBuilder(LINE_LENGTH * count);
		for (int i = 0; i < count; i++) {
			lines.append("put a 1 ").append(1_000_000_000 + i).append('\n');
		}
		return lines.toString();
	}

	private long stored() throws IOException {
		long[] count = { 0 };
		this.repository.readAll(TimeRange.ALL, (key, timestamps, values, from, to) -> count[0] += to - from);
		return count[0];
	}

	private static MockHttpServletRequest request(@Nullable String contentType) {
		MockHttpServletRequest request = new MockHttpServletRequest("POST", "/api/points");
		request.setContentType(contentType);
		return request;
	}

	private String post(@Nullable String contentType, String body) throws IOException {
		MockHttpServletRequest request = request(contentType);
		request.setContent(body.getBytes(StandardCharsets.UTF_8));
		return send(request);
	}

	private String send(HttpServletRequest request) throws IOException {
		MockHttpServletResponse response = this.api.send(request);
		return response.getContentAsString(StandardCharsets.UTF_8);
	}

	/**
	 * A body in the middle of which more memory is wanted than there ever is.
	 */
	private static final class UntilMemoryRunsOut extends ServletInputStream {

		private final ServletInputStream source;

		private final HeapShare share;

		private int left;

		UntilMemoryRunsOut(ServletInputStream source, HeapShare share, int left) {
			this.source = source;
			this.share = share;
			this.left = left;
		}

		@Override
		public int read() throws IOException {
			throw new AssertionError();
		}

		@Override
		public int read(byte[] target, int offset, int length) throws IOException {
			if (this.left <= 0) {
				this.share.reserve(this.share.maxBytes() + 1, Duration.ZERO);
			}
			int count = this.source.read(target, offset, Math.min(length, this.left));
			this.left -= count;
			return count;
		}

		@Override
		public boolean isFinished() {
			return false;
		}

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public void setReadListener(ReadListener listener) {
			throw new AssertionError();
		}

	}

}
