package io.eardrum.web.graphite;

import java.time.Clock;
import java.util.Collections;

import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;

import io.eardrum.budget.RequestEndedException;
import io.eardrum.web.fixture.TestAccounts;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.series.ValueBudget;
import io.eardrum.web.http.Query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RenderRequest}.
 */
class RenderRequestTests {

	/** Two characters a part, as many as a target may have. */
	private static final String LARGE = "f(a" + ",a".repeat(8000) + ")";

	private final ValueBudget budget = new ValueBudget(2_000_000);

	private static RenderRequest request(ValueBudget.Account account, int targets) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.setParameter("target", Collections.nCopies(targets, LARGE).toArray(String[]::new));
		return RenderRequest.of(Query.of(request, RenderRequest.PARAMETERS), Clock.systemUTC(), account);
	}

	@Test
	void partsOfAllTargetsTogetherAreBoundedWhileTheyAreRead() {
		try (ValueBudget.Account account = TestAccounts.open(this.budget)) {
			assertThat(request(account, 2).targets()).hasSize(2);
		}
		ValueBudget.Account account = TestAccounts.open(this.budget);
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> request(account, 30))
			.withMessage("The targets have more than 20000 parts: calls, patterns, texts and numbers. Ask for fewer.");
		// Nothing was read beyond that.
		assertThat(account.taken()).isBetween(20_000L * 12, 20_000L * 20);
		account.close();
		assertThat(this.budget.used()).isZero();
	}

	@Test
	void partsTakeMemoryBeforeTheyAreMade() {
		ValueBudget small = new ValueBudget(50_000);
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> request(TestAccounts.open(small), 1))
			.withMessageContaining("50000 values");
	}

	@Test
	void readingEndsWithItsWorkAndItsClient() {
		assertThatExceptionOfType(RequestEndedException.class)
			.isThrownBy(() -> request(TestAccounts.open(this.budget, TestAccounts.work(100_000)), 1));
		assertThatExceptionOfType(RequestEndedException.class)
			.isThrownBy(() -> request(TestAccounts.open(this.budget, TestAccounts.client(() -> true)), 1))
			.satisfies((ended) -> assertThat(ended.reason()).isEqualTo(RequestEndedException.Reason.CLIENT_LEFT));
	}

}
