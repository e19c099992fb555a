package io.eardrum.server.limit;

import java.util.Map;

import org.junit.jupiter.api.Test;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;
import io.eardrum.budget.SlowClients;
import io.eardrum.server.fixture.Budgets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link OutboundMemoryLimit}.
 */
class OutboundMemoryLimitTests {

	private final HeapBudget budget = Budgets.with(Map.of(HeapUse.REPLIES, 100L));

	private final OutboundMemoryLimit unread = new OutboundMemoryLimit(this.budget.share(HeapUse.REPLIES),
			this.budget.slowClients());

	private final SlowClients.SlowClient first = mock(SlowClients.SlowClient.class);

	private final SlowClients.SlowClient second = mock(SlowClients.SlowClient.class);

	private final SlowClients.SlowClient third = mock(SlowClients.SlowClient.class);

	@Test
	void whoHasWaitedForLongestIsResetWhenItIsTooMuch() {
		this.unread.begin(this.first, 40);
		this.unread.begin(this.second, 60);
		verify(this.first, never()).endForMemory();
		this.unread.begin(this.third, 30);
		verify(this.first).endForMemory();
		verify(this.second, never()).endForMemory();
		assertThat(this.unread.heldBytes()).isEqualTo(90);
		// Its own thread learns of it later.
		this.unread.end(this.first);
		assertThat(this.unread.heldBytes()).isEqualTo(90);
	}

	@Test
	void whoReadsBeginsToWaitAnew() {
		this.unread.begin(this.first, 40);
		this.unread.begin(this.second, 60);
		this.unread.end(this.first);
		this.unread.begin(this.first, 40);
		this.unread.begin(this.third, 30);
		verify(this.first, never()).endForMemory();
		verify(this.second).endForMemory();
	}

	@Test
	void oneAloneMayWaitWhateverItHolds() {
		this.unread.begin(this.first, 1000);
		verify(this.first, never()).endForMemory();
	}

	@Test
	void memoryIsTightWhenHalfOfItIsInUse() {
		this.unread.begin(this.first, 50);
		assertThat(this.unread.isTight()).isFalse();
		this.unread.begin(this.second, 1);
		assertThat(this.unread.isTight()).isTrue();
		this.unread.end(this.first);
		assertThat(this.unread.isTight()).isFalse();
	}

}
