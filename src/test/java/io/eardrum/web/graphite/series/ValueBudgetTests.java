package io.eardrum.web.graphite.series;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.fixture.TestThreads;
import io.eardrum.web.fixture.TestAccounts;
import io.eardrum.web.graphite.query.QueryException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link ValueBudget}.
 */
@Timeout(120)
class ValueBudgetTests {

	private static final int LARGE_REQUESTS = 1_000_000;

	private final ValueBudget budget = new ValueBudget(1000);

	@Test
	void requestForWhichThereIsRoomIsNotRefusedWhileALargerOneIs() throws Exception {
		// With 500 in use, 600 are always too many, and 100 never are.
		AtomicBoolean ended = new AtomicBoolean();
		AtomicInteger refused = new AtomicInteger();
		String large = name(600);
		String small = name(100);
		try (ValueBudget.Account held = TestAccounts.open(this.budget)) {
			held.name(name(500));
			CompletableFuture<Void> largeRequests = CompletableFuture.runAsync(() -> {
				try (ValueBudget.Account account = TestAccounts.open(this.budget)) {
					for (int i = 0; i < LARGE_REQUESTS; i++) {
						if (isRefused(account, large)) {
							refused.incrementAndGet();
						}
					}
				}
				finally {
					ended.set(true);
				}
			}, TestThreads.NEW_THREAD);
			while (!ended.get()) {
				try (ValueBudget.Account account = TestAccounts.open(this.budget)) {
					assertThatNoException().isThrownBy(() -> account.name(small));
				}
			}
			largeRequests.join();
		}
		assertThat(refused.get()).isEqualTo(LARGE_REQUESTS);
		assertThat(this.budget.used()).isZero();
	}

	@Test
	void allOfItCanBeTakenAndNoMore() {
		try (ValueBudget.Account first = TestAccounts.open(this.budget);
				ValueBudget.Account second = TestAccounts.open(this.budget)) {
			first.name(name(999));
			second.name(name(1));
			assertThat(isRefused(second, name(1))).isTrue();
			assertThat(this.budget.used()).isEqualTo(1000);
		}
		assertThat(this.budget.used()).isZero();
	}

	@Test
	void requestThatCanNeverBeServedIsToldSo() {
		try (ValueBudget.Account account = TestAccounts.open(this.budget)) {
			assertThatExceptionOfType(QueryException.class).isThrownBy(() -> account.name(name(1001)));
		}
	}

	@Test
	void budgetWithoutAnEndIsNeverUsedUp() {
		ValueBudget unbounded = new ValueBudget(Long.MAX_VALUE);
		try (ValueBudget.Account account = TestAccounts.open(unbounded)) {
			account.name(name(1000));
			account.name(name(1000));
			assertThat(unbounded.used()).isEqualTo(2000);
		}
	}

	private static boolean isRefused(ValueBudget.Account account, String name) {
		try {
			account.name(name);
			return false;
		}
		catch (BudgetExceededException ex) {
			return true;
		}
	}

	// A name that takes so many values.
	private static String name(int values) {
		return "x".repeat(4 * values);
	}

}
