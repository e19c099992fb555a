package io.eardrum.server.limit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.server.fixture.Budgets;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link InboundMemoryLimit}.
 */
class InboundMemoryLimitTests {

	private static final int LIMIT = 100;

	private final HeapBudget budget = Budgets.with(Map.of(HeapUse.FRAMES, (long) LIMIT));

	private final InboundMemoryLimit memory = new InboundMemoryLimit(this.budget.share(HeapUse.FRAMES));

	/** The clients that were allowed to read on, in that order. */
	private final List<String> readOn = new ArrayList<>();

	// This client never read on: there was room again and again, and others took it.
	@Test
	void whoIsHeldBackDoesNotWaitForEverWhileOthersGoOn() {
		this.memory.take(LIMIT, true);
		this.memory.holdBack(client("waiting", 10), true);
		for (int i = 0; i < 1000 && this.readOn.isEmpty(); i++) {
			this.memory.giveBack(10, true);
			if (!this.memory.isFull(true)) {
				this.memory.take(10, true);
			}
		}
		assertThat(this.readOn).containsExactly("waiting");
	}

	@Test
	void nobodyComesBeforeThoseWhoWait() {
		this.memory.take(LIMIT, true);
		this.memory.holdBack(client("waiting", 10), true);
		this.memory.giveBack(50, true);
		assertThat(this.readOn).isEmpty();
		assertThat(this.memory.isFull(true)).isTrue();
		assertThat(this.memory.heldBack()).isEqualTo(1);
		this.memory.giveBack(20, true);
		assertThat(this.readOn).containsExactly("waiting");
		assertThat(this.memory.heldBack()).isZero();
		assertThat(this.memory.isFull(true)).isFalse();
	}

	@Test
	void asManyGoOnAsFitInTheOrderInWhichTheyCame() {
		this.memory.take(75, true);
		for (int i = 1; i <= 6; i++) {
			this.memory.holdBack(client("client " + i, 20), true);
		}
		this.memory.giveBack(70, true);
		// 5 are in use, and large frames may take 75.
		assertThat(this.readOn).containsExactly("client 1", "client 2", "client 3", "client 4");
		assertThat(this.memory.isFull(true)).isTrue();
		// None of the clients had sent anything.
		for (int i = 1; i <= 4; i++) {
			this.memory.settle(20, true);
		}
		assertThat(this.readOn).containsExactly("client 1", "client 2", "client 3", "client 4", "client 5", "client 6");
	}

	@Test
	void whatIsPromisedIsNotThereForOthers() {
		this.memory.take(75, true);
		this.memory.holdBack(client("large", 70), true);
		this.memory.giveBack(75, true);
		assertThat(this.readOn).containsExactly("large");
		this.memory.holdBack(client("next", 10), true);
		assertThat(this.readOn).containsExactly("large");
		this.memory.take(70, true);
		this.memory.settle(70, true);
		assertThat(this.readOn).containsExactly("large");
		this.memory.giveBack(70, true);
		assertThat(this.readOn).containsExactly("large", "next");
	}

	@Test
	void largeFramesLeaveAQuarterToSmallOnes() {
		this.memory.take(75, true);
		assertThat(this.memory.isFull(true)).isTrue();
		this.memory.holdBack(client("large", 10), true);
		assertThat(this.memory.isFull(false)).isFalse();
		this.memory.take(24, false);
		assertThat(this.memory.isFull(false)).isFalse();
		this.memory.take(1, false);
		assertThat(this.memory.isFull(false)).isTrue();
	}

	@Test
	void smallFramesMayTakeWhatLargeOnesDoNotNeed() {
		this.memory.take(99, false);
		assertThat(this.memory.isFull(false)).isFalse();
		this.memory.take(1, false);
		assertThat(this.memory.isFull(false)).isTrue();
		assertThat(this.memory.isFull(true)).isTrue();
	}

	@Test
	void smallFramesLeaveHalfToLargeOnesThatWait() {
		this.memory.take(100, false);
		for (int i = 1; i <= 6; i++) {
			this.memory.holdBack(client("small " + i, 10), false);
		}
		this.memory.holdBack(client("large 1", 20), true);
		this.memory.holdBack(client("large 2", 20), true);
		this.memory.giveBack(60, false);
		assertThat(this.readOn).containsExactly("small 1", "large 1", "large 2");
	}

	@Test
	void smallFramesHaveTheirRoomWhereOthersHaveTakenAllThatIsShared() {
		HeapBudget tight = new HeapBudget(1_000_000, 500_000, Map.of());
		InboundMemoryLimit frames = new InboundMemoryLimit(tight.share(HeapUse.FRAMES));
		takeAllThatIsShared(tight);
		long mine = tight.share(HeapUse.FRAMES).minBytes();
		assertThat(frames.isFull(true)).isFalse();
		frames.take(mine, true);
		assertThat(frames.isFull(true)).isTrue();
		assertThat(frames.isFull(false)).isFalse();
	}

	@Test
	void thoseWhoWaitGoOnWhenOthersReleaseWhatIsShared() {
		HeapBudget tight = new HeapBudget(1_000_000, 500_000, Map.of());
		InboundMemoryLimit frames = new InboundMemoryLimit(tight.share(HeapUse.FRAMES));
		tight.whenReleased(frames::readOnIfThereIsRoom);
		long taken = takeAllThatIsShared(tight);
		frames.take(tight.share(HeapUse.FRAMES).minBytes(), true);
		frames.holdBack(client("waiting", 1), true);
		assertThat(this.readOn).isEmpty();
		tight.share(HeapUse.SERIES).release(taken);
		assertThat(this.readOn).containsExactly("waiting");
	}

	@Test
	void whoEndsIsForgotten() {
		this.memory.take(LIMIT, true);
		InboundMemoryLimit.Client left = client("left", 10);
		this.memory.holdBack(left, true);
		this.memory.holdBack(client("other", 10), true);
		this.memory.forget(left);
		assertThat(this.memory.heldBack()).isEqualTo(1);
		this.memory.giveBack(LIMIT, true);
		assertThat(this.readOn).containsExactly("other");
	}

	private static long takeAllThatIsShared(HeapBudget budget) {
		HeapShare others = budget.share(HeapUse.SERIES);
		long bytes = others.minBytes() + budget.freeBytes();
		others.force(bytes);
		return bytes;
	}

	private InboundMemoryLimit.Client client(String name, long bytes) {
		return new InboundMemoryLimit.Client() {

			@Override
			public long expectedBytes() {
				return bytes;
			}

			@Override
			public void readOn(boolean largeFrame) {
				InboundMemoryLimitTests.this.readOn.add(name);
			}

		};
	}

}
