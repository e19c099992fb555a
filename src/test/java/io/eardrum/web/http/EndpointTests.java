package io.eardrum.web.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.catalina.connector.ClientAbortException;
import org.apache.coyote.CloseNowException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpStatus;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import io.eardrum.address.ClientAddresses;
import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.budget.RequestEndedException;
import io.eardrum.fixture.UncaughtErrors;
import io.eardrum.storage.StorageException;
import io.eardrum.web.event.RequestObserver;
import io.eardrum.web.http.admission.ClientConnection;
import io.eardrum.web.http.admission.RequestGate;
import io.eardrum.web.http.admission.RequestLimits;
import io.eardrum.web.http.problem.RequestProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link Endpoint} and the {@link RequestProblem problems} that it tells.
 */
class EndpointTests {

	private static final Endpoint.Action NOTHING = (query, exchange) -> {
	};

	@Test
	void runningOutOfMemoryIsToldWhateverTheContainerMakesOfIt() {
		OutOfMemoryError error = new OutOfMemoryError("Java heap space");
		Endpoint endpoint = Endpoint.get(Set.of(), (query, exchange) -> {
			throw error;
		});
		try (UncaughtErrors uncaught = UncaughtErrors.of(Thread.currentThread().getName())) {
			assertThatExceptionOfType(OutOfMemoryError.class)
				.isThrownBy(() -> endpoint.handleRequest(new MockHttpServletRequest("GET", "/any"),
						new MockHttpServletResponse()))
				.isSameAs(error);
			assertThat(uncaught.errors()).containsExactly(error);
		}
	}

	@Test
	void endOfARequestIsToldWithTheLimit() throws Exception {
		List<RequestObserver.Limit> told = new ArrayList<>();
		RequestLimits limits = RequestLimits.defaults();
		RequestGate gate = new RequestGate(limits, HeapBudget.unlimited(), told::add, ClientAddresses.distinct(),
				System::nanoTime);
		MockHttpServletResponse response = new MockHttpServletResponse();
		Endpoint.get(Set.of(), (query, exchange) -> exchange.budget().work(limits.maxWork() + 1))
			.behind(gate)
			.handleRequest(new MockHttpServletRequest("GET", "/any"), response);
		assertThat(response.getStatus()).isEqualTo(422);
		assertThat(response.getContentAsString()).contains("eardrum.requests.max-work");
		assertThat(told).containsExactly(RequestObserver.Limit.WORK);
	}

	@ParameterizedTest
	@CsvSource({ "GET,reply", "HEAD," })
	void headHasTheHeadersOnly(String method, @Nullable String content) throws IOException {
		Endpoint endpoint = Endpoint.get(Set.of(),
				(query, exchange) -> exchange.reply("text/plain", (text) -> text.ascii("reply")));
		MockHttpServletResponse response = answer(endpoint, method);
		assertThat(response.getStatus()).isEqualTo(200);
		assertThat(response.getContentType()).isEqualTo("text/plain");
		assertThat(response.getHeader("X-Content-Type-Options")).isEqualTo("nosniff");
		assertThat(response.getHeader("Cache-Control")).isEqualTo("no-store");
		assertThat(response.getContentAsString()).isEqualTo((content != null) ? content : "");
	}

	@Test
	void methodThatThereIsNotIsToldWithThoseThatThereAre() throws IOException {
		Endpoint endpoint = Endpoint.get(Set.of("a"), NOTHING).post(Set.of("b"), NOTHING);
		assertThat(endpoint.parameters()).containsOnly(entry("GET", Set.of("a")), entry("POST", Set.of("b")));
		MockHttpServletResponse response = answer(endpoint, "DELETE");
		assertThat(response.getStatus()).isEqualTo(405);
		assertThat(response.getHeader("Allow")).isEqualTo("GET, HEAD, POST");
		assertThat(response.getContentAsString()).contains("DELETE is not supported here; there are GET, HEAD, POST.");
	}

	@Test
	void thereMayBeNothingAtAPath() throws IOException {
		Endpoint endpoint = Endpoint.nothing();
		assertThat(endpoint.parameters()).isEmpty();
		MockHttpServletResponse response = answer(endpoint, "GET");
		assertThat(response.getStatus()).isEqualTo(404);
		assertThat(response.getContentType()).isEqualTo("application/problem+json");
		assertThat(response.getHeader("Allow")).isNull();
	}

	@Test
	void formIsTakenOnlyWhereOneIsExpected() throws IOException {
		MockHttpServletRequest request = new MockHttpServletRequest("POST", "/any");
		request.setContentType("application/x-www-form-urlencoded");
		request.setContent("a=b".getBytes(StandardCharsets.UTF_8));
		MockHttpServletResponse refused = new MockHttpServletResponse();
		Endpoint.get(Set.of(), NOTHING).post(Set.of(), NOTHING).handleRequest(request, refused);
		assertThat(refused.getStatus()).isEqualTo(415);
		List<String> values = new ArrayList<>();
		Endpoint.get(Set.of(), NOTHING)
			.post(Set.of(), (query, exchange) -> values.addAll(query.all("a")))
			.lenient()
			.handleRequest(request, new MockHttpServletResponse());
		assertThat(values).containsExactly("b");
	}

	@Test
	void failureOfTheStoreOrTheConnectionIsToldWhileNothingHasLeft() throws IOException {
		assertThat(answer(failing(new StorageException("on purpose")), "GET")).satisfies((response) -> {
			assertThat(response.getStatus()).isEqualTo(503);
			assertThat(response.getContentAsString()).contains("The storage is unavailable.")
				.doesNotContain("on purpose");
		});
		assertThat(answer(failing(new IOException("on purpose")), "GET")).satisfies((response) -> {
			assertThat(response.getStatus()).isEqualTo(400);
			assertThat(response.getContentAsString()).contains("The request broke off.").doesNotContain("on purpose");
		});
	}

	@Test
	void nothingIsToldToAClientThatHasGone() {
		for (IOException gone : List.of(new ClientAbortException("gone"), new CloseNowException("gone"))) {
			MockHttpServletResponse response = new MockHttpServletResponse();
			assertThatExceptionOfType(IOException.class)
				.isThrownBy(() -> failing(gone).handleRequest(new MockHttpServletRequest("GET", "/any"), response))
				.isSameAs(gone);
			assertThat(response.getContentAsByteArray()).isEmpty();
		}
	}

	@Test
	void connectionOfAClientThatHasLeftIsClosed() {
		List<RequestObserver.Limit> told = new ArrayList<>();
		AtomicLong nanos = new AtomicLong();
		RequestGate gate = new RequestGate(RequestLimits.defaults(), HeapBudget.unlimited(), told::add,
				ClientAddresses.distinct(), nanos::get);
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/any");
		ClientConnection connection = mock(ClientConnection.class);
		given(connection.hasLeft()).willReturn(true);
		request.setAttribute(ClientConnection.ATTRIBUTE, connection);
		Endpoint endpoint = Endpoint.get(Set.of(), (query, exchange) -> {
			nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
			exchange.budget().check();
		}).behind(gate);
		assertThatExceptionOfType(CloseNowException.class)
			.isThrownBy(() -> endpoint.handleRequest(request, new MockHttpServletResponse()));
		assertThat(told).containsExactly(RequestObserver.Limit.CLIENT_LEFT);
	}

	@Test
	void replyThatHasBegunIsCut() {
		Endpoint endpoint = Endpoint.get(Set.of(), (query, exchange) -> exchange.reply("text/plain", (text) -> {
			text.ascii("x".repeat(100_000));
			throw new StorageException("on purpose");
		}));
		MockHttpServletResponse response = new MockHttpServletResponse();
		assertThatExceptionOfType(CloseNowException.class)
			.isThrownBy(() -> endpoint.handleRequest(new MockHttpServletRequest("GET", "/any"), response))
			.withMessageContaining("The reply is cut");
		assertThat(response.getContentAsByteArray()).isNotEmpty().containsOnly('x');
	}

	@ParameterizedTest
	@CsvSource({ "TIME,503,eardrum.requests.max-time,", "WORK,422,eardrum.requests.max-work,",
			"CLIENT_LEFT,503,The client has left,", "STOPPING,503,The server is stopping,10" })
	void eachEndOfARequestHasItsStatus(RequestEndedException.Reason reason, int status, String detail,
			@Nullable String retryAfter) {
		RequestEndedException end = mock(RequestEndedException.class);
		given(end.reason()).willReturn(reason);
		RequestProblem problem = RequestProblem.of(end);
		assertThat(problem.status().value()).isEqualTo(status);
		assertThat(problem).hasMessageContaining(detail);
		assertThat(problem.headers().get("Retry-After")).isEqualTo(retryAfter);
		assertThat(problem.limit()).isEqualTo(RequestObserver.Limit.valueOf(reason.name()));
	}

	@Test
	void detailsMayBeListsAndNumbers() {
		assertThat(new RequestProblem(HttpStatus.NOT_FOUND, "No.").with("count", 2)
			.with("list", List.of(Map.of("a", 1), Map.of("b", "c")))
			.toJson()).endsWith("\"detail\":\"No.\",\"count\":2,\"list\":[{\"a\":1},{\"b\":\"c\"}]}");
	}

	private static Endpoint failing(Exception failure) {
		return Endpoint.get(Set.of(), (query, exchange) -> {
			if (failure instanceof IOException broken) {
				throw broken;
			}
			throw (RuntimeException) failure;
		});
	}

	private static MockHttpServletResponse answer(Endpoint endpoint, String method) throws IOException {
		MockHttpServletResponse response = new MockHttpServletResponse();
		endpoint.handleRequest(new MockHttpServletRequest(method, "/any"), response);
		return response;
	}

	@Test
	void memoryOfARequestIsReleasedAtItsEnd() throws Exception {
		List<RequestObserver.Limit> told = new ArrayList<>();
		HeapBudget heap = HeapBudget.ofThisProcess();
		HeapShare queries = heap.share(HeapUse.QUERIES);
		RequestGate gate = new RequestGate(RequestLimits.defaults(), heap, told::add, ClientAddresses.distinct(),
				System::nanoTime);
		MockHttpServletResponse response = new MockHttpServletResponse();
		Endpoint.get(Set.of(), (query, exchange) -> {
			exchange.memory().reserve(1000);
			assertThat(queries.usedBytes()).isEqualTo(1000);
			exchange.memory().reserve(queries.maxBytes() + 1);
		}).lenient().behind(gate).handleRequest(new MockHttpServletRequest("GET", "/any"), response);
		assertThat(response.getStatus()).isEqualTo(503);
		assertThat(response.getHeader("Retry-After")).isEqualTo("1");
		assertThat(response.getContentAsString()).contains("eardrum.heap.queries", "\"message\":");
		assertThat(queries.usedBytes()).isZero();
		assertThat(told).containsExactly(RequestObserver.Limit.MEMORY);
	}

}
