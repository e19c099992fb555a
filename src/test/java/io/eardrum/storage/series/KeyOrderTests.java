package io.eardrum.storage.series;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.fixture.TestSeed;
import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.pattern.KeyPattern;
import io.eardrum.metric.pattern.KeySelection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link KeyOrder}, through the index that has it.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KeyOrderTests {

	private static final Executor AT_ONCE = Runnable::run;

	private static final String[] PATTERNS = { "*", "a.*", "a.b.*", "a.*.1?", "*.b.2*", "**", "a.**", "{a,b}.{b,c}.?",
			"[ab].c.[0-4]*", "c.c.17", "a.b.**.3", "d.*" };

	private final SeriesIndex<Series> index = new SeriesIndex<>();

	@Test
	void seriesThatComeAndGoAtRandomAreFoundAsByLookingAtEach() {
		this.index.newOrder(16, AT_ONCE);
		Random random = new Random(TestSeed.value());
		TreeMap<Integer, Series> model = new TreeMap<>();
		for (int i = 0; i < 30_000; i++) {
			if (random.nextInt(100) < ((i / 5000 % 2 == 0) ? 70 : 30)) {
				Series added = add(this.index, key(random, 2_000));
				model.put(added.number(), added);
			}
			else if (!model.isEmpty()) {
				Integer number = model.ceilingKey(random.nextInt(model.lastKey() + 1));
				this.index.remove(Objects.requireNonNull(model.remove(number)));
			}
			if (i % 13 == 0) {
				KeyPattern pattern = KeyPattern.of(PATTERNS[random.nextInt(PATTERNS.length)]);
				int end = (random.nextInt(4) == 0) ? random.nextInt(this.index.nextNumber() + 1) : Integer.MAX_VALUE;
				assertThat(found(this.index, pattern, end)).as("%s below %d", pattern, end)
					.isEqualTo(model.headMap(end)
						.values()
						.stream()
						.map((series) -> series.key())
						.filter(pattern::matches)
						.toList());
			}
		}
	}

	@Test
	void everySearchSeesWhatIsThereAllTheTimeWhileOthersComeAndGo() {
		this.index.newOrder(16, TestThreads.NEW_THREAD);
		long seed = TestSeed.value();
		Random random = new Random(seed);
		List<Series> staying = new ArrayList<>();
		Set<SeriesKey> stayingKeys = new HashSet<>();
		AtomicBoolean done = new AtomicBoolean();
		List<CompletableFuture<Void>> changes = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			Random own = new Random(seed + i);
			changes.add(CompletableFuture.runAsync(() -> comeAndGo(own, done), TestThreads.NEW_THREAD));
		}
		try {
			for (int round = 0; round < 600; round++) {
				Series added = add(this.index, "a.s." + random.nextInt(100_000));
				if (stayingKeys.add(added.key())) {
					staying.add(added);
				}
				KeyPattern pattern = KeyPattern.of((round % 2 == 0) ? "a.s.*" : "a.s.1*");
				List<SeriesKey> expected = staying.stream()
					.map((series) -> series.key())
					.filter(pattern::matches)
					.toList();
				assertThat(found(this.index, pattern, Integer.MAX_VALUE)).isEqualTo(expected);
				numbersAscend(KeyPattern.of("{a,b,c}.*.*"));
			}
		}
		finally {
			done.set(true);
		}
		changes.forEach(CompletableFuture::join);
	}

	private void comeAndGo(Random random, AtomicBoolean done) {
		Deque<Series> own = new ArrayDeque<>();
		while (!done.get()) {
			if (own.size() < 300 + random.nextInt(200)) {
				Series added = add(this.index, key(random, 100_000));
				if (added.owned.compareAndSet(false, true)) {
					own.add(added);
				}
			}
			else {
				while (own.size() > 50) {
					this.index.remove(own.remove());
				}
			}
		}
	}

	private void numbersAscend(KeyPattern pattern) {
		int before = -1;
		try (SeriesWalk<Series> walk = this.index.select(KeySelection.of(pattern), Integer.MAX_VALUE)) {
			for (Series next = walk.next(); next != null; next = walk.next()) {
				assertThat(next.number()).isGreaterThan(before);
				before = next.number();
			}
		}
	}

	@Test
	void removalsWhileOthersAreSortedInAreNotForgotten() {
		for (int removed : new int[] { 1, 400, 70_000 }) {
			SeriesIndex<Series> other = new SeriesIndex<>();
			List<Runnable> tasks = new ArrayList<>();
			other.newOrder(16, tasks::add);
			List<Series> all = new ArrayList<>();
			for (int i = 0; i < 80_000; i++) {
				all.add(add(other, "a." + i));
			}
			KeyPattern pattern = KeyPattern.of("a.78*");
			assertThat(found(other, pattern, Integer.MAX_VALUE)).hasSize(1_111);
			assertThat(found(other, pattern, Integer.MAX_VALUE)).hasSize(1_111);
			assertThat(tasks).hasSize(1);
			all.subList(79_000 - removed, 79_000).forEach(other::remove);
			Series again = add(other, "a.78999");
			tasks.remove(0).run();
			List<SeriesKey> left = keys(all,
					(series) -> series.number() < 79_000 - removed || series.number() >= 79_000, pattern);
			left.add(again.key());
			assertThat(found(other, pattern, Integer.MAX_VALUE)).isEqualTo(left);
			// So many removals end the sorting, and the next search begins it anew.
			assertThat(tasks).hasSize((removed > 1 << 16) ? 1 : 0);
			tasks.forEach(Runnable::run);
			assertThat(found(other, pattern, Integer.MAX_VALUE)).isEqualTo(left);
			assertThat(looked(other, pattern)).isLessThan(1_200);
		}
	}

	@Test
	void memoryIsReservedAndGivenBack() {
		HeapShare share = new HeapBudget(256 << 20, 166 << 20, Map.of(HeapUse.SERIES, 8L << 20)).share(HeapUse.SERIES);
		SeriesIndex<Series> counted = new SeriesIndex<>(share, Long.MAX_VALUE, 24, 1);
		counted.newOrder(16, AT_ONCE);
		List<Series> all = new ArrayList<>();
		for (int i = 0; i < 32_768; i++) {
			all.add(add(counted, "a." + i));
		}
		long before = share.usedBytes();
		KeyPattern pattern = KeyPattern.of("a.1234*");
		assertThat(looked(counted, pattern)).as("before they are sorted").isEqualTo(32_768);
		assertThat(looked(counted, pattern)).isEqualTo(11);
		assertThat(share.usedBytes() - before).isBetween(4L * 32_768, 4L * 32_768 + (32 << 10));
		long sorted = share.usedBytes();
		try (SeriesWalk<Series> walk = counted.select(KeySelection.of(KeyPattern.of("a.12*")), Integer.MAX_VALUE)) {
			assertThat(walk.next()).isNotNull();
			assertThat(share.usedBytes() - sorted).isGreaterThan(16L * (1_111 - 256));
		}
		assertThat(share.usedBytes()).isEqualTo(sorted);
		assertThatIllegalStateException().isThrownBy(
				() -> counted.select(KeySelection.of(KeyPattern.of("a.*")).countedBy(new Limit()), Integer.MAX_VALUE));
		assertThat(share.usedBytes()).isEqualTo(sorted);
		// Whatever is left unsorted is looked at.
		share.reserve(share.freeBytes(), Duration.ZERO);
		for (int i = 0; i < 1_000; i++) {
			add(counted, "b." + i);
		}
		assertThat(looked(counted, pattern)).isEqualTo(1_011);
		assertThat(looked(counted, KeyPattern.of("a.12*"))).as("no memory for those that are found").isEqualTo(33_768);
		assertThat(share.refusals()).isZero();
		all.forEach(counted::remove);
		assertThat(looked(counted, pattern)).isEqualTo(1_000);
		counted.release();
		assertThat(looked(counted, pattern)).isEqualTo(1_000);
	}

	@Test
	void keysOfGapsAreCountedUntilTheyAreGone() {
		HeapShare share = HeapBudget.unlimited().share(HeapUse.SERIES);
		SeriesIndex<Series> counted = new SeriesIndex<>(share, Long.MAX_VALUE, 24, 1);
		counted.newOrder(16, AT_ONCE);
		List<Series> all = new ArrayList<>();
		for (int i = 0; i < 50_000; i++) {
			all.add(add(counted, "a." + i));
		}
		looked(counted, KeyPattern.of("a.1"));
		long order = share.usedBytes() - counted.bytes();
		all.subList(0, 10_000).forEach(counted::remove);
		long gap = 24 + 24 + 16 + 8;
		assertThat(share.usedBytes() - counted.bytes() - order).isBetween(9_000 * gap, 12_000 * gap);
		assertThat(found(counted, KeyPattern.of("a.9999"), Integer.MAX_VALUE)).isEmpty();
		assertThat(found(counted, KeyPattern.of("a.1000*"), Integer.MAX_VALUE)).hasSize(10);
	}

	@Test
	void removedSeriesDoNotKeepTheirPlaces() {
		HeapShare share = HeapBudget.unlimited().share(HeapUse.SERIES);
		SeriesIndex<Series> counted = new SeriesIndex<>(share, Long.MAX_VALUE, 24, 1);
		counted.newOrder(16, AT_ONCE);
		List<Series> all = new ArrayList<>();
		for (int i = 0; i < 50_000; i++) {
			all.add(add(counted, "a." + i));
		}
		looked(counted, KeyPattern.of("a.1"));
		all.subList(0, 49_000).forEach(counted::remove);
		assertThat(found(counted, KeyPattern.of("a.499*"), Integer.MAX_VALUE)).hasSize(100);
		assertThat(share.usedBytes()).isLessThan(counted.bytes() + (80 << 10));
		all.subList(49_000, 50_000).forEach(counted::remove);
		assertThat(found(counted, KeyPattern.of("a.**"), Integer.MAX_VALUE)).isEmpty();
		assertThat(share.usedBytes()).isLessThan(80 << 10);
	}

	@Test
	void walkThatWouldLookAtTooMuchLooksAtEverything() {
		this.index.newOrder(16, AT_ONCE);
		for (int i = 0; i < 20_000; i++) {
			add(this.index, "a" + i % 10_000 + "." + i / 10_000);
		}
		looked(this.index, KeyPattern.of("a.1"));
		assertThat(looked(this.index, KeyPattern.of("*.1"))).as("too many nodes").isEqualTo(20_000);
		assertThat(looked(this.index, KeyPattern.of("**"))).as("too many keys").isEqualTo(20_000);
		assertThat(looked(this.index, KeyPattern.of("a77.*"))).isEqualTo(2);
		int all = 0;
		try (SeriesWalk<Series> walk = this.index.select(KeySelection.ALL, Integer.MAX_VALUE)) {
			while (walk.next() != null) {
				all++;
			}
		}
		assertThat(all).isEqualTo(20_000);
	}

	@Test
	void orderOfAnIndexSortsInAThreadOfItsOwn() throws InterruptedException {
		for (int i = 0; i < 20_000; i++) {
			add(this.index, "a." + i);
		}
		while (looked(this.index, KeyPattern.of("a.777")) > 1) {
			Thread.sleep(1);
		}
	}

	@Test
	void searchesGoOnWithoutAThreadToSort() {
		AtomicInteger tried = new AtomicInteger();
		this.index.newOrder(16, (task) -> {
			if (tried.incrementAndGet() == 1) {
				throw new RejectedExecutionException();
			}
			throw new OutOfMemoryError((tried.get() == 2) ? "unable to create native thread" : "Java heap space");
		});
		for (int i = 0; i < 100; i++) {
			add(this.index, "a." + i);
		}
		assertThat(looked(this.index, KeyPattern.of("a.7"))).isEqualTo(100);
		assertThat(looked(this.index, KeyPattern.of("a.7"))).isEqualTo(100);
		assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> looked(this.index, KeyPattern.of("a.7")));
		assertThat(tried).hasValue(3);
	}

	@Test
	void nothingIsSortedOnceTheIndexIsReleased() {
		HeapShare share = HeapBudget.unlimited().share(HeapUse.SERIES);
		SeriesIndex<Series> counted = new SeriesIndex<>(share, Long.MAX_VALUE, 24, 1);
		List<Runnable> tasks = new ArrayList<>();
		KeyOrder<Series> order = counted.newOrder(16, tasks::add);
		assertThat(counted.newOrder(99, AT_ONCE)).isSameAs(order);
		for (int i = 0; i < 100; i++) {
			add(counted, "a." + i);
		}
		looked(counted, KeyPattern.of("a.7"));
		counted.release();
		tasks.remove(0).run();
		assertThat(share.usedBytes()).isZero();
		assertThat(looked(counted, KeyPattern.of("a.7"))).isEqualTo(100);
		assertThat(tasks).isEmpty();
	}

	private static List<SeriesKey> keys(List<Series> all, Predicate<Series> wanted, KeyPattern pattern) {
		return all.stream()
			.filter(wanted)
			.map((series) -> series.key())
			.filter(pattern::matches)
			.collect(Collectors.toCollection(ArrayList::new));
	}

	// Counts the series of a search, wanted or not.
	private static int looked(SeriesIndex<Series> index, KeyPattern pattern) {
		int looked = 0;
		try (SeriesWalk<Series> walk = index.select(KeySelection.of(pattern), Integer.MAX_VALUE)) {
			while (walk.next() != null) {
				looked++;
			}
		}
		return looked;
	}

	private static String key(Random random, int numbers) {
		return "abc".charAt(random.nextInt(3)) + "." + "abc".charAt(random.nextInt(3)) + "." + random.nextInt(numbers);
	}

	private static List<SeriesKey> found(SeriesIndex<Series> index, KeyPattern pattern, int end) {
		List<SeriesKey> found = new ArrayList<>();
		try (SeriesWalk<Series> walk = index.select(KeySelection.of(pattern), end)) {
			for (Series next = walk.next(); next != null; next = walk.next()) {
				if (pattern.matches(next.key())) {
					found.add(next.key());
				}
			}
		}
		return found;
	}

	private static Series add(SeriesIndex<Series> index, String key) {
		SeriesKey seriesKey = SeriesKey.of(key);
		return index.findOrAdd(seriesKey, (number) -> new Series(seriesKey, number));
	}

	/** Ends a search in its middle. */
	private static final class Limit implements LongConsumer {

		private int steps = 500;

		@Override
		public void accept(long work) {
			if (--this.steps == 0) {
				throw new IllegalStateException();
			}
		}

	}

	private static final class Series extends IndexedSeries {

		private final AtomicBoolean owned = new AtomicBoolean();

		Series(SeriesKey key, int number) {
			super(key, number);
		}

	}

}
