package io.eardrum.web.reply;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import io.eardrum.UncaughtErrors;
import io.eardrum.budget.ClientAddresses;
import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.budget.RequestObserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Endpoint}.
 */
class EndpointTests {

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
