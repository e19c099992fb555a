package io.eardrum.server.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.server.limit.ClientMemory;
import io.eardrum.server.limit.InboundMemoryLimit;
import io.eardrum.server.limit.OutboundMemoryLimit;
import io.eardrum.server.limit.UnfinishedInputLimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link FrameAccount}.
 */
class FrameAccountTests {

	private static final long MAX_BYTES = 1 << 20;

	private final HeapBudget budget = new HeapBudget(64 << 20, 32 << 20,
			Map.of(HeapUse.FRAMES, MAX_BYTES, HeapUse.CONNECTIONS, MAX_BYTES));

	private final HeapShare unfinished = this.budget.share(HeapUse.CONNECTIONS);

	private final InboundMemoryLimit memory = new InboundMemoryLimit(this.budget.share(HeapUse.FRAMES));

	private final List<String> told = new ArrayList<>();

	private final FrameAccount account = account();

	@Test
	void aFrameTakesMemoryOnceUntilItIsAnswered() {
		this.account.takeForFrame(100, false);
		this.account.takeForFrame(100, false);
		assertThat(this.memory.usedBytes()).isEqualTo(InboundMemoryLimit.of(100));
		this.account.takeIfBelow(InboundMemoryLimit.of(100));
		assertThat(this.memory.usedBytes()).isEqualTo(InboundMemoryLimit.of(100));
		this.account.takeIfBelow(InboundMemoryLimit.of(100) + 1);
		this.account.take(5);
		assertThat(this.memory.usedBytes()).isEqualTo(2 * InboundMemoryLimit.of(100) + 6);
		this.account.giveBack();
		this.account.giveBack();
		assertThat(this.memory.usedBytes()).isZero();
	}

	@Test
	void whoWaitsIsToldToReadOnOnceThereIsMemory() {
		this.memory.take(MAX_BYTES, false);
		assertThat(this.account.hasToWait()).isTrue();
		this.account.await();
		assertThat(this.account.isWaiting()).isTrue();
		assertThat(this.told).isEmpty();
		this.memory.giveBack(MAX_BYTES, false);
		// In this order: the client must not be taken for a silent one in between.
		assertThat(this.told).containsExactly("read on, waiting false");
		assertThat(this.account.hasToWait()).isFalse();
	}

	@Test
	void whoWasToldToReadOnReadsNoMoreThanThereIsMemoryFor() {
		assertThat(this.account.maxRead()).isEqualTo(Integer.MAX_VALUE);
		this.account.received(10_000, Integer.MAX_VALUE);
		this.memory.take(MAX_BYTES, true);
		assertThat(this.account.hasToWait()).isTrue();
		this.account.await();
		this.memory.giveBack(MAX_BYTES, true);
		assertThat(this.account.maxRead()).isEqualTo(10_000);
		// It was all that it could: there may be more.
		this.account.received(10_000, 10_000);
		assertThat(this.account.expectedBytes()).isEqualTo(InboundMemoryLimit.of(20_000));
		this.account.takeForFrame(10_000, false);
		assertThat(this.account.maxRead()).isEqualTo(Integer.MAX_VALUE);
	}

	@Test
	void manyThatAreToldToReadOnTogetherArePromisedNoMoreThanThereIs() {
		this.memory.take(MAX_BYTES, true);
		List<FrameAccount> accounts = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			FrameAccount each = account();
			each.received(20_000, Integer.MAX_VALUE);
			assertThat(each.hasToWait()).isTrue();
			each.await();
			accounts.add(each);
		}
		this.memory.giveBack(MAX_BYTES, true);
		long promised = accounts.stream()
			.filter((each) -> !each.isWaiting())
			.mapToLong((each) -> InboundMemoryLimit.of(each.maxRead()))
			.sum();
		assertThat(promised).isPositive().isLessThan(MAX_BYTES + InboundMemoryLimit.of(20_000));
		accounts.forEach(FrameAccount::end);
		assertThat(this.memory.heldBack()).isZero();
		assertThat(this.memory.isFull(true)).isFalse();
	}

	@Test
	void whoMostlySendsLittleReadsASmallFrameWhileLargeOnesHaveToWait() {
		this.memory.take(MAX_BYTES, true);
		this.account.received(10, Integer.MAX_VALUE);
		assertThat(this.account.maxRead()).isEqualTo(InboundMemoryLimit.SMALL_LENGTH);
		this.memory.giveBack(MAX_BYTES, true);
		assertThat(this.account.maxRead()).isEqualTo(Integer.MAX_VALUE);
	}

	@Test
	void framesThatTakeLongKeepNobodyWaitingWhoSendsLittle() {
		List<FrameAccount> readers = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			FrameAccount each = account();
			each.received(600, Integer.MAX_VALUE);
			each.takeForFrame(600, i % 2 == 0);
			each.takeIfBelow(100_000);
			readers.add(each);
		}
		assertThat(this.memory.usedBytes()).isGreaterThan(MAX_BYTES);
		assertThat(this.account.hasToWait()).isFalse();
		readers.forEach((each) -> assertThat(each.hasToWait()).isTrue());
		readers.forEach(FrameAccount::giveBack);
		assertThat(this.memory.usedBytes()).isZero();
	}

	// They stand in line for the workers, and have taken no more than their bytes yet.
	@Test
	void heavyFramesThatWaitForTheirTurnKeepNobodyWaitingWhoSendsLittle() {
		for (int i = 0; i < 100; i++) {
			FrameAccount each = account();
			each.received(600, Integer.MAX_VALUE);
			each.takeForFrame(600, true);
			assertThat(each.hasToWait()).isEqualTo(this.memory.isFull(true));
		}
		assertThat(this.memory.isFull(true)).isTrue();
		assertThat(this.account.hasToWait()).isFalse();
	}

	@Test
	void unfinishedInputIsHeldUntilTheEnd() {
		this.account.holdUnfinished(100, false);
		this.account.holdUnfinished(250, true);
		assertThat(this.unfinished.usedBytes()).isEqualTo(250);
		assertThat(this.account.unfinishedBytes()).isEqualTo(250);
		this.account.holdUnfinished(20, false);
		assertThat(this.unfinished.usedBytes()).isEqualTo(20);
		this.account.end();
		this.account.holdUnfinished(30, true);
		this.account.end();
		assertThat(this.unfinished.usedBytes()).isZero();
	}

	@Test
	void whoHasEndedKeepsNoPlaceInLine() {
		this.memory.take(MAX_BYTES, false);
		assertThat(this.account.hasToWait()).isTrue();
		this.account.end();
		this.account.await();
		assertThat(this.memory.heldBack()).isZero();
		FrameAccount other = account();
		assertThat(other.hasToWait()).isTrue();
		other.await();
		assertThat(this.memory.heldBack()).isEqualTo(1);
		other.end();
		assertThat(this.memory.heldBack()).isZero();
	}

	@Test
	void whatWasPromisedToOneThatEndsIsThereForOthers() {
		this.account.end();
		this.account.readOn(true);
		this.memory.settle(0, false);
		assertThat(this.memory.isFull(false)).isFalse();
		assertThat(this.account.maxRead()).isEqualTo(Integer.MAX_VALUE);
	}

	private FrameAccount account() {
		List<String> events = this.told;
		FrameAccount[] made = new FrameAccount[1];
		ClientMemory all = new ClientMemory(this.memory, new UnfinishedInputLimit(this.unfinished, (action) -> {
		}), mock(OutboundMemoryLimit.class));
		made[0] = new FrameAccount(all, new FrameAccount.Holder() {

			@Override
			public void readOn() {
				events.add("read on, waiting " + made[0].isWaiting());
			}

			@Override
			public void endForMemory() {
				events.add("ended");
			}

		});
		return made[0];
	}

}
