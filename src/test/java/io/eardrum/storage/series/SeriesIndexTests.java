package io.eardrum.storage.series;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.fixture.TestSeed;
import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.SeriesKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link SeriesIndex}.
 */
class SeriesIndexTests {

	private final SeriesIndex<Series> index = new SeriesIndex<>();

	@Test
	void unknownKeyIsNotFound() {
		add("a");
		assertThat(this.index.find(SeriesKey.of("b"))).isNull();
		assertThat(find("b")).isNull();
	}

	@Test
	void seriesIsFoundByKeyAndByBytes() {
		Series series = add("palm.cpu");
		assertThat(this.index.find(SeriesKey.of("palm.cpu"))).isSameAs(series);
		assertThat(find("palm.cpu")).isSameAs(series);
		assertThat(add("palm.cpu")).isSameAs(series);
		assertThat(this.index.size()).isEqualTo(1);
	}

	@Test
	void numbersFollowTheOrderOfAddition() {
		for (int i = 0; i < 1_000; i++) {
			assertThat(add("key" + i).number()).isEqualTo(i);
		}
		for (int i = 0; i < 1_000; i++) {
			assertThat(this.index.get(i).key()).isEqualTo(SeriesKey.of("key" + i));
		}
		assertThat(this.index.size()).isEqualTo(1_000);
	}

	@Test
	void removedSeriesIsNotFoundAndItsNumberIsNotGivenAgain() {
		Series first = add("\0");
		Series second = add("b");
		this.index.remove(first);
		this.index.remove(first);
		assertThat(this.index.find(SeriesKey.of("\0"))).isNull();
		assertThat(find("\0")).isNull();
		assertThat(this.index.find(0)).isNull();
		assertThat(this.index.get(1)).isSameAs(second);
		assertThat(this.index.size()).isEqualTo(1);
		assertThat(this.index.removals()).isEqualTo(1);
		assertThat(add("\0").number()).isEqualTo(2);
		this.index.skipTo(10);
		assertThat(add("c").number()).isEqualTo(10);
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> this.index.skipTo(10));
		this.index.skipTo(Integer.MAX_VALUE);
		assertThat(this.index.findOrAdd(SeriesKey.of("d"), 100, (number) -> new Series(SeriesKey.of("d"), number)))
			.isNull();
	}

	@Test
	void seriesComeAndGoAtRandom() {
		Random random = new Random(TestSeed.value());
		TreeMap<Integer, Series> model = new TreeMap<>();
		for (int i = 0; i < 20_000; i++) {
			if (model.isEmpty() || random.nextInt(100) < ((i / 4000 % 2 == 0) ? 70 : 30)) {
				Series added = add("key" + i);
				model.put(added.number(), added);
			}
			else {
				Integer number = model.ceilingKey(random.nextInt(model.lastKey() + 1));
				this.index.remove(Objects.requireNonNull(model.remove(number)));
			}
			if (i % 97 == 0) {
				List<Series> listed = new ArrayList<>();
				SeriesListing<Series> listing = this.index.listing();
				for (int place = 0; place < listing.size(); place++) {
					Series series = listing.get(place);
					if (series != null) {
						listed.add(series);
					}
				}
				assertThat(listed).containsExactlyElementsOf(model.values());
				int from = random.nextInt(this.index.nextNumber() + 1);
				int place = listing.placeFrom(from);
				Series next = null;
				while (next == null && place < listing.size()) {
					next = listing.get(place++);
				}
				assertThat(next)
					.isSameAs((model.ceilingEntry(from) != null) ? model.ceilingEntry(from).getValue() : null);
				for (int number = 0; number < this.index.nextNumber(); number += 7) {
					assertThat(this.index.find(number)).isSameAs(model.get(number));
				}
			}
		}
		assertThat(this.index.size()).isEqualTo(model.size());
	}

	@Test
	void numberBeyondTheLastIsRefused() {
		add("a");
		assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> this.index.get(1));
		assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> this.index.get(-1));
	}

	@Test
	void numberThatNoSeriesHasIsNotFound() {
		add("a");
		assertThat(this.index.find(-1)).isNull();
		assertThat(this.index.find(0)).isNotNull();
		assertThat(this.index.find(1)).isNull();
	}

	@Test
	void gapIsFoundByItsNumber() {
		List<Series> all = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			all.add(add("key" + i));
		}
		for (int i = 10; i < 30; i++) {
			this.index.remove(all.get(i));
		}
		SeriesListing<Series> listing = this.index.listing();
		assertThat(listing.gaps()).isEqualTo(20);
		for (int i = 0; i < 40; i++) {
			assertThat(listing.placeFrom(i)).isEqualTo(i);
			assertThat(listing.get(i)).isSameAs((i < 10 || i >= 30) ? all.get(i) : null);
		}
	}

	@Test
	void gapTakesMemoryUntilTheListingIsMadeAnew() {
		SeriesIndex<Series> counted = new SeriesIndex<>(null, Long.MAX_VALUE, 24, 1);
		List<Series> all = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			all.add(Objects.requireNonNull(addLimited(counted, "key" + i)));
		}
		long before = counted.bytes();
		counted.remove(all.get(0));
		assertThat(counted.bytes()).isEqualTo(before - (24 + 40 + 8) + Gap.BYTES);
		for (int i = 1; i < 100; i++) {
			counted.remove(all.get(i));
		}
		assertThat(counted.bytes()).isLessThan(before / 5);
		assertThat(counted.keyBytes()).isZero();
	}

	@Test
	void factoryThatFailsAddsNothing() {
		assertThatIllegalStateException().isThrownBy(() -> this.index.findOrAdd(SeriesKey.of("a"), (number) -> {
			throw new IllegalStateException("no room");
		}));
		assertThat(this.index.size()).isZero();
		assertThat(find("a")).isNull();
		assertThat(add("a").number()).isZero();
	}

	@Test
	void keysOfTheSameSlotAreToldApart() {
		// The hash is seeded: so the keys that share a slot are looked for.
		Map<Integer, List<String>> bySlot = new HashMap<>();
		for (int i = 0; i < 200; i++) {
			bySlot.computeIfAbsent(SeriesKey.of("key" + i).hashCode() & 31, (slot) -> new ArrayList<>()).add("key" + i);
		}
		List<String> colliding = bySlot.values().stream().filter((keys) -> keys.size() >= 4).findFirst().orElseThrow();
		colliding.forEach(this::add);
		for (int i = 0; i < colliding.size(); i++) {
			assertThat(Objects.requireNonNull(find(colliding.get(i))).number()).isEqualTo(i);
		}
	}

	@Test
	void sameHashWithOtherBytesIsAnotherKey() {
		add("a");
		byte[] bytes = "b".getBytes(StandardCharsets.UTF_8);
		assertThat(this.index.find(bytes, 0, 1, SeriesKey.of("a").hashCode())).isNull();
	}

	@Test
	void manyThreadsAddAndFindTheSameSeries() {
		int keys = 20_000;
		int threads = 4;
		CountDownLatch start = new CountDownLatch(1);
		List<CompletableFuture<List<Series>>> adders = new ArrayList<>();
		for (int i = 0; i < threads; i++) {
			adders.add(CompletableFuture.supplyAsync(() -> {
				List<Series> found = new ArrayList<>();
				await(start);
				for (int key = 0; key < keys; key++) {
					Series series = find("key" + key);
					if (series == null) {
						series = add("key" + key);
					}
					// What can be found can also be walked to.
					assertThat(series.number()).isLessThan(this.index.size());
					assertThat(this.index.get(series.number())).isSameAs(series);
					found.add(series);
				}
				return found;
			}, TestThreads.NEW_THREAD));
		}
		start.countDown();
		List<Series> first = adders.get(0).join();
		assertThat(this.index.size()).isEqualTo(keys);
		for (CompletableFuture<List<Series>> adder : adders) {
			assertThat(adder.join()).isEqualTo(first);
		}
	}

	@Test
	void seriesAreRefusedBeforeTheyTakeMoreMemoryThanThereIs() {
		HeapShare share = new HeapBudget(256 << 20, 166 << 20, Map.of(HeapUse.SERIES, 2L << 20)).share(HeapUse.SERIES);
		for (int length : new int[] { 8, 100, 512, 4000 }) {
			SeriesIndex<Series> limited = new SeriesIndex<>(share, Long.MAX_VALUE, 24, 1);
			String prefix = "x".repeat(length - 6);
			int added = 0;
			while (addLimited(limited, prefix + (100_000 + added)) != null) {
				added++;
				assertThat(share.usedBytes()).isLessThanOrEqualTo(2 << 20);
			}
			// Half of the memory may be left for tables to grow into.
			assertThat(added * (24L + 40 + length)).isBetween((2L << 20) * 4 / 10, 2L << 20);
			assertThat(share.refusals()).isPositive();
			assertThat(addLimited(limited, prefix + "100000")).as("one that is known").isNotNull();
			// A start takes what is there.
			SeriesKey another = SeriesKey.of("another");
			assertThat(limited.findOrAdd(another, (number) -> new Series(another, number))).isNotNull();
			assertThat(limited.bytes(limited.size(), limited.keyBytes())).isEqualTo(limited.bytes());
			limited.release();
			assertThat(share.usedBytes()).isZero();
		}
	}

	@Test
	void indexMayHaveALimitOfItsOwn() {
		HeapShare share = HeapBudget.unlimited().share(HeapUse.SERIES);
		SeriesIndex<Series> limited = new SeriesIndex<>(share, 10_000, 24, 2);
		int added = 0;
		while (addLimited(limited, "key" + added) != null) {
			added++;
		}
		assertThat(added).isBetween(50, 10_000 / (24 + 40 + 16));
		assertThat(limited.bytes()).isLessThanOrEqualTo(10_000);
	}

	private static @Nullable Series addLimited(SeriesIndex<Series> index, String key) {
		SeriesKey seriesKey = SeriesKey.of(key);
		return index.findOrAdd(seriesKey, Integer.MAX_VALUE, (number) -> new Series(seriesKey, number));
	}

	private Series add(String key) {
		SeriesKey seriesKey = SeriesKey.of(key);
		return this.index.findOrAdd(seriesKey, (number) -> new Series(seriesKey, number));
	}

	private @Nullable Series find(String key) {
		byte[] bytes = ("--" + key + "--").getBytes(StandardCharsets.UTF_8);
		int length = bytes.length - 4;
		return this.index.find(bytes, 2, length, SeriesKey.hash(bytes, 2, length));
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static final class Series extends IndexedSeries {

		Series(SeriesKey key, int number) {
			super(key, number);
		}

	}

}
