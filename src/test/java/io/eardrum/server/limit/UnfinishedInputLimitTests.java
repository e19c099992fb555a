package io.eardrum.server.limit;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;
import io.eardrum.server.fixture.Budgets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link UnfinishedInputLimit}.
 */
class UnfinishedInputLimitTests {

	private final UnfinishedInputLimit.Client oldest = mock(UnfinishedInputLimit.Client.class);

	private final UnfinishedInputLimit.Client older = mock(UnfinishedInputLimit.Client.class);

	private final UnfinishedInputLimit.Client newest = mock(UnfinishedInputLimit.Client.class);

	private final UnfinishedInputLimit.Client silent = mock(UnfinishedInputLimit.Client.class);

	private final HeapBudget budget = Budgets.with(Map.of(HeapUse.CONNECTIONS, 100L));

	private final UnfinishedInputLimit unfinished = new UnfinishedInputLimit(this.budget.share(HeapUse.CONNECTIONS),
			List.of(this.silent, this.newest, this.oldest, this.older)::forEach);

	@Test
	void whoHasBegunLongestAgoIsResetWhenMemoryIsNearlyUsedUp() {
		begin(this.oldest, 40, 3000);
		begin(this.older, 30, 2000);
		verify(this.oldest, never()).endForUnfinishedInput();
		begin(this.newest, 10, 1000);
		verify(this.oldest).endForUnfinishedInput();
		verify(this.older, never()).endForUnfinishedInput();
		verify(this.newest, never()).endForUnfinishedInput();
		verify(this.silent, never()).endForUnfinishedInput();
		assertThat(this.unfinished.heldBytes()).isEqualTo(40);
	}

	@Test
	void nobodyIsResetForTakingTimeAsLongAsThereIsMemory() {
		begin(this.oldest, 70, Long.MAX_VALUE);
		this.unfinished.change(5);
		verify(this.oldest, never()).endForUnfinishedInput();
	}

	@Test
	void whatIsFinishedIsNotHeld() {
		this.unfinished.change(70);
		this.unfinished.change(-70);
		begin(this.newest, 70, 1);
		verify(this.newest, never()).endForUnfinishedInput();
		assertThat(this.unfinished.heldBytes()).isEqualTo(70);
	}

	@Test
	void allMayBeResetWhereAllOfThemHoldLittle() {
		begin(this.oldest, 10, 3000);
		begin(this.older, 10, 2000);
		// Another use has nearly all memory.
		this.unfinished.change(80);
		verify(this.oldest).endForUnfinishedInput();
		verify(this.older).endForUnfinishedInput();
	}

	private void begin(UnfinishedInputLimit.Client connection, long bytes, long nanos) {
		given(connection.unfinishedBytes()).willReturn(bytes);
		given(connection.unfinishedNanos()).willReturn(nanos);
		willAnswer((call) -> {
			this.unfinished.change(-bytes);
			return null;
		}).given(connection).endForUnfinishedInput();
		this.unfinished.change(bytes);
	}

}
