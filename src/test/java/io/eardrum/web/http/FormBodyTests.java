package io.eardrum.web.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;
import org.springframework.mock.web.MockHttpServletRequest;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.budget.RequestBudget;
import io.eardrum.web.http.admission.RequestMemory;
import io.eardrum.web.http.body.BufferedRequest;
import io.eardrum.web.http.body.MinimumDataRate;
import io.eardrum.web.http.body.RequestBody;
import io.eardrum.web.http.problem.RequestProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link FormBody}.
 */
class FormBodyTests {

	private final AtomicLong nanos = new AtomicLong();

	private final MinimumDataRate rate = new MinimumDataRate(this.nanos::get);

	private final HeapBudget heap = HeapBudget.ofThisProcess();

	private final RequestMemory memory = RequestMemory.of(this.heap);

	private static MockHttpServletRequest form(String body) {
		MockHttpServletRequest request = new MockHttpServletRequest("POST", "/render");
		request.setContentType("application/x-www-form-urlencoded; charset=UTF-8");
		request.setContent(body.getBytes(StandardCharsets.UTF_8));
		return request;
	}

	private Map<String, String[]> read(HttpServletRequest request) throws IOException {
		return FormBody.parameters(request, this.rate, this.memory, RequestBudget.unlimited());
	}

	@Test
	void bodyOfAnUnknownLengthThatIsNoFormIsRefusedToo() {
		MockHttpServletRequest request = new MockHttpServletRequest("POST", "/render");
		request.setContentType("application/json");
		request.addHeader("Transfer-Encoding", "chunked");
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> read(request))
			.satisfies((problem) -> assertThat(problem.status()).isEqualTo(HttpStatus.UNSUPPORTED_MEDIA_TYPE));
	}

	@Test
	void bodyThatIsNoFormIsRefusedWhereAllParametersCouldOnlyBeInIt() throws IOException {
		for (String type : new String[] { "application/json", "text/plain", "multipart/form-data; boundary=a" }) {
			MockHttpServletRequest request = form("{\"target\":\"a\"}");
			request.setContentType(type);
			assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> read(request))
				.withMessageContaining("application/x-www-form-urlencoded")
				.satisfies((problem) -> assertThat(problem.status()).isEqualTo(HttpStatus.UNSUPPORTED_MEDIA_TYPE));
		}
		MockHttpServletRequest empty = form("");
		empty.setContentType("application/json");
		empty.setParameter("target", "a");
		assertThat(read(empty)).containsOnlyKeys("target");
	}

	@Test
	void parametersOfAddressAndFormAreJoined() throws IOException {
		MockHttpServletRequest request = form("target=b%28c%2C+%27d%27%29&&from=-1h&t%C3%A9=\u00fc&empty&target=");
		request.addParameter("target", "a");
		request.addParameter("until", "now");
		Map<String, String[]> parameters = read(request);
		assertThat(parameters).containsOnlyKeys("target", "until", "from", "t\u00e9", "empty");
		assertThat(parameters.get("target")).containsExactly("a", "b(c, 'd')", "");
		assertThat(parameters.get("t\u00e9")).containsExactly("\u00fc");
		assertThat(parameters.get("empty")).containsExactly("");
	}

	@Test
	void bodyThatIsNoFormIsLeftAloneBesideParametersOfTheAddress() throws IOException {
		MockHttpServletRequest request = form("a=b");
		request.addParameter("target", "a");
		request.setContentType("text/plain");
		assertThat(read(request)).containsOnlyKeys("target");
		request.setContentType(null);
		assertThat(read(request)).containsOnlyKeys("target");
	}

	@Test
	void whatIsNotWellFormedOrTooMuchIsRefused() {
		for (String body : new String[] { "a=%", "a=%zz", "%=a" }) {
			assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> read(form(body)))
				.withMessageContaining("not well-formed");
		}
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> read(form("a=b&".repeat(1001))))
			.withMessageContaining("1000 parameters");
		assertThatExceptionOfType(RequestProblem.class)
			.isThrownBy(() -> read(form("a=" + "b".repeat(FormBody.MAX_BYTES))))
			.satisfies((problem) -> assertThat(problem.status()).isEqualTo(HttpStatus.CONTENT_TOO_LARGE));
	}

	@Test
	void memoryIsReservedBeforeTheFirstByteIsRead() throws IOException {
		HeapShare bodies = this.heap.share(HeapUse.BODIES);
		MockHttpServletRequest form = form("a=" + "b".repeat(10_000));
		HttpServletRequest request = new HttpServletRequestWrapper(form) {

			@Override
			public ServletInputStream getInputStream() {
				assertThat(bodies.usedBytes()).isGreaterThan(4 * 10_000);
				return form.getInputStream();
			}

		};
		read(request);
		assertThat(bodies.usedBytes()).isBetween(2 * 10_000L, 4 * 10_000L + 200 * 1000);
		this.memory.releaseAll();
		assertThat(bodies.usedBytes()).isZero();
	}

	@Test
	void formMayBeCompressed() throws IOException {
		ByteArrayOutputStream compressed = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
			gzip.write("a=b%20c&d=".getBytes(StandardCharsets.UTF_8));
			gzip.write("e".repeat(20_000).getBytes(StandardCharsets.UTF_8));
		}
		MockHttpServletRequest request = form("");
		request.addHeader("Content-Encoding", "gzip");
		request.setContent(compressed.toByteArray());
		Map<String, String[]> parameters = read(request);
		assertThat(parameters.get("a")).containsExactly("b c");
		assertThat(parameters.get("d")).containsExactly("e".repeat(20_000));
		ByteArrayOutputStream bomb = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
			gzip.write(new byte[FormBody.MAX_BYTES + 1]);
		}
		request.setContent(bomb.toByteArray());
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> read(request))
			.satisfies((problem) -> assertThat(problem.status()).isEqualTo(HttpStatus.CONTENT_TOO_LARGE));
		request.addHeader("Content-Encoding", "br");
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> read(request))
			.satisfies((problem) -> assertThat(problem.headers()).containsEntry("Accept-Encoding", "gzip, identity"));
	}

	@Test
	void bodyForActuatorIsDecompressedForIt() throws IOException {
		ByteArrayOutputStream compressed = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
			gzip.write("{\"name\":\"monday\"}".getBytes(StandardCharsets.UTF_8));
		}
		MockHttpServletRequest request = form("");
		request.addHeader("Content-Encoding", "gzip");
		request.setContent(compressed.toByteArray());
		HttpServletRequest whole = BufferedRequest.read(request, 100);
		assertThat(whole.getHeader("Content-Encoding")).isNull();
		assertThat(whole.getHeader("content-length")).isEqualTo("17");
		assertThat(whole.getContentLengthLong()).isEqualTo(17);
		assertThat(whole.getInputStream().readAllBytes()).asString().isEqualTo("{\"name\":\"monday\"}");
		assertThat(whole.getContentLength()).isEqualTo(17);
		assertThat(whole.getHeader("Content-Type")).isEqualTo(request.getHeader("Content-Type"));
		assertThat(whole.getHeader("X-None")).isNull();
		assertThat(Collections.list(whole.getHeaders("content-encoding"))).isEmpty();
		assertThat(Collections.list(whole.getHeaders("Content-Length"))).containsExactly("17");
		assertThat(Collections.list(whole.getHeaders("Content-Type"))).containsExactly(request.getContentType());
		assertThat(whole.getReader().readLine()).isEqualTo("{\"name\":\"monday\"}");
		request.setContent(compressed.toByteArray());
		assertThat(BufferedRequest.read(request, 17).getContentLength()).isEqualTo(17);
		request.setContent(compressed.toByteArray());
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> BufferedRequest.read(request, 16))
			.satisfies((problem) -> assertThat(problem.status()).isEqualTo(HttpStatus.CONTENT_TOO_LARGE));
	}

	@Test
	void bodyForActuatorIsReadAsTheContainerGivesIt() throws IOException {
		MockHttpServletRequest request = form("ab");
		ServletInputStream body = BufferedRequest.read(request, 100).getInputStream();
		assertThat(body.isReady()).isTrue();
		assertThat(body.isFinished()).isFalse();
		assertThat(body.read()).isEqualTo('a');
		assertThat(body.read(new byte[10])).isEqualTo(1);
		assertThat(body.isFinished()).isTrue();
		assertThat(body.read()).isEqualTo(-1);
		assertThatIllegalStateException().isThrownBy(() -> body.setReadListener(mock(ReadListener.class)));
		// Where it is not compressed, its length was known, and what is too long was
		// refused.
		request.setContent(new byte[101]);
		assertThat(BufferedRequest.read(request, 100).getContentLength()).isEqualTo(100);
	}

	@Test
	void bodyMayBeReadByteByByte() throws IOException {
		InputStream body = new RequestBody(new ByteArrayInputStream(new byte[] { (byte) 0xFF }), this.rate,
				RequestBody.Bound.NONE);
		assertThat(body.read(new byte[0])).isZero();
		assertThat(body.read()).isEqualTo(0xFF);
		assertThat(body.read()).isEqualTo(-1);
		assertThat(this.rate.bytes()).isEqualTo(1);
	}

	@Test
	void senderOfSingleBytesIsGivenUp() {
		ServletInputStream slow = new ServletInputStream() {

			@Override
			public int read() {
				FormBodyTests.this.nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
				return 'a';
			}

			@Override
			public int read(byte[] target, int offset, int length) {
				target[offset] = (byte) read();
				return 1;
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

		};
		HttpServletRequest request = new HttpServletRequestWrapper(form("")) {

			@Override
			public ServletInputStream getInputStream() {
				return slow;
			}

		};
		assertThatExceptionOfType(RequestProblem.class)
			.isThrownBy(() -> Query.lenient(request, this.rate, this.memory, RequestBudget.unlimited()))
			.satisfies((problem) -> assertThat(problem.status()).isEqualTo(HttpStatus.REQUEST_TIMEOUT));
		assertThat(TimeUnit.NANOSECONDS.toSeconds(this.nanos.get())).isLessThan(60);
	}

}
