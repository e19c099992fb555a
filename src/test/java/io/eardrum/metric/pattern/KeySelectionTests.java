package io.eardrum.metric.pattern;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.eardrum.fixture.TestSeed;
import io.eardrum.metric.SeriesKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link KeySelection}, and for the walk that finds what it selects.
 */
class KeySelectionTests {

	private static final String[] NODES = { "a", "b", "ab", "b-", "", "ü", "😀", "a;x=1", "*", "é{" };

	private static final String[] PATTERNS = { "a", "b", "ab", "*", "*", "?", "a*", "*b", "b-*", "", "{a,b}", "{ab,b*}",
			"[ab]", "a[!x]", "ü", "ü*", "[à-ü]", "\\*", "\\{a*", "é\\{", "**", "a;*", "{a,ab,b-,😀}" };

	@Test
	void walkFindsWhatComparingEachKeyFinds() {
		Random random = new Random(TestSeed.value());
		for (int round = 0; round < 40; round++) {
			Keys keys = new Keys(random, 1 + random.nextInt(400));
			for (int i = 0; i < 50; i++) {
				String text = row(random, PATTERNS);
				if (!text.isEmpty()) {
					KeyPattern pattern = KeyPattern.of(text);
					assertThat(keys.find(KeySelection.of(pattern), pattern, true)).as(text)
						.isEqualTo(keys.matching(pattern));
					assertThat(nodes(keys.find(KeySelection.ofNodes(List.of(pattern)), pattern, false), pattern))
						.as(text)
						.isEqualTo(nodes(keys.all(), pattern));
				}
			}
		}
	}

	@Test
	void allKeysAreSelectedTogether() {
		Keys keys = new Keys(new Random(1), 100);
		KeySelection everything = KeySelection.ALL.countedBy((work) -> {
		});
		assertThat(everything.isAll()).isTrue();
		assertThat(everything.find(keys, 0, (from, to) -> from == 0 && to == keys.size())).isTrue();
		assertThat(KeySelection.of(KeyPattern.of("**")).isAll()).isFalse();
	}

	@Test
	void patternsAreFoundOneAfterTheOther() {
		Keys keys = new Keys("a.b", "a.c", "b.b", "c.c");
		assertThat(keys.places(KeySelection.of(List.of(KeyPattern.of("b.*"), KeyPattern.of("*.b"))), 100))
			.containsExactly(2, 0, 2);
		assertThat(keys.places(KeySelection.of(List.of()), 0)).isEmpty();
	}

	@Test
	void literalNodesNeedOneSearchAndNodesBelowOtherOnesAreNotLookedAt() {
		List<String> many = new ArrayList<>();
		for (int i = 0; i < 5_000; i++) {
			many.add("host.h" + i % 50 + ".m" + i / 50);
		}
		Keys keys = new Keys(many.toArray(String[]::new));
		assertThat(keys.places(KeySelection.of(KeyPattern.of("host.h7.m4?")), 12)).hasSize(10);
		assertThat(keys.places(KeySelection.of(KeyPattern.of("host.h7.m4")), 1)).hasSize(1);
		assertThat(keys.places(KeySelection.of(KeyPattern.of("host.h7.**")), 1)).hasSize(100);
		assertThat(keys.places(KeySelection.of(KeyPattern.of("*.*.m7")), 110)).hasSize(50);
		assertThat(keys.places(KeySelection.ofNodes(List.of(KeyPattern.of("*"))), 2)).hasSize(1);
		assertThat(keys.places(KeySelection.ofNodes(List.of(KeyPattern.of("host.*"))), 52)).hasSize(50);
		assertThat(keys.places(KeySelection.ofNodes(List.of(KeyPattern.of("host.h7"))), 2)).hasSize(1);
		// Each choice that does not exist ends at once.
		assertThat(keys.places(KeySelection.of(KeyPattern.of("{x,y}.".repeat(40) + "m")), 3)).isEmpty();
	}

	@Test
	void walkEndsWhenItTakesTooManySteps() {
		Keys keys = new Keys("a.a", "a.b", "b.a", "b.b", "b.b.c");
		for (String text : List.of("*.b", "{a,b}.{a,b}", "a.b", "b.**", "b.{b,c}.c", "*.*.c", "b.*.c*")) {
			KeyPattern pattern = KeyPattern.of(text);
			for (KeySelection selection : List.of(KeySelection.of(pattern), KeySelection.ofNodes(List.of(pattern)))) {
				int needed = 0;
				while (!selection.find(keys, needed, (from, to) -> true)) {
					needed++;
				}
				assertThat(needed).as(text).isBetween(1, 12);
				int[] room = { 0 };
				assertThat(selection.find(keys, needed, (from, to) -> room[0]++ < 0)).as(text).isFalse();
				assertThat(room[0]).isEqualTo(1);
			}
		}
	}

	@Test
	void workIsCountedAndMayEndTheWalk() {
		Keys keys = new Keys("a.a", "a.b", "b.a");
		long[] work = { 0 };
		assertThat(KeySelection.of(KeyPattern.of("a.*"))
			.countedBy((units) -> work[0] += units)
			.find(keys, 10, (from, to) -> true)).isTrue();
		assertThat(work[0]).isEqualTo(3 * 256);
		assertThatIllegalStateException().isThrownBy(() -> KeySelection.of(KeyPattern.of("a.*")).countedBy((units) -> {
			throw new IllegalStateException();
		}).find(keys, 10, (from, to) -> true));
	}

	@Test
	void manyNodesBelowEachOtherAreFound() {
		Keys keys = new Keys("a.".repeat(200) + "b", "a.".repeat(200) + "c", "b" + ".b".repeat(100));
		assertThat(keys.places(KeySelection.of(KeyPattern.of("*.".repeat(200) + "b")), 1000)).contains(0);
		assertThat(keys.places(KeySelection.of(KeyPattern.of("{a,b}.".repeat(200) + "b")), 1000)).contains(0);
	}

	private static Map<String, Set<Boolean>> nodes(List<String> keys, KeyPattern pattern) {
		Map<String, Set<Boolean>> nodes = new TreeMap<>();
		for (String text : keys) {
			SeriesKey key = SeriesKey.of(text);
			pattern.forEachMatch(key,
					(length) -> nodes.computeIfAbsent(key.beginning(length), (path) -> new TreeSet<>())
						.add(length == key.length()));
		}
		return nodes;
	}

	private static String row(Random random, String[] nodes) {
		StringBuilder row = new StringBuilder();
		for (int i = random.nextInt(4); i >= 0; i--) {
			row.append(nodes[random.nextInt(nodes.length)]).append((i > 0) ? "." : "");
		}
		return row.toString();
	}

	/**
	 * Keys in order, some of which have been removed.
	 */
	private static final class Keys implements SortedKeys {

		private final List<@Nullable SeriesKey> list = new ArrayList<>();

		private final List<SeriesKey> last = new ArrayList<>();

		Keys(String... keys) {
			for (String key : keys) {
				this.last.add(SeriesKey.of(key));
			}
			this.last.sort(null);
			this.list.addAll(this.last);
		}

		Keys(Random random, int count) {
			TreeSet<SeriesKey> sorted = new TreeSet<>();
			for (int i = 0; i < count; i++) {
				String key = row(random, NODES);
				if (!key.isEmpty()) {
					sorted.add(SeriesKey.of(key));
				}
			}
			this.last.addAll(sorted);
			this.last.forEach((key) -> this.list.add((random.nextInt(4) > 0) ? key : null));
		}

		@Override
		public int size() {
			return this.list.size();
		}

		@Override
		public SeriesKey key(int place) {
			return this.last.get(place);
		}

		@Override
		public boolean isRemoved(int place) {
			return this.list.get(place) == null;
		}

		@Override
		public int seek(byte[] bytes, int length, int from) {
			int place = from;
			while (place < this.last.size() && this.last.get(place).compareTo(bytes, length) < 0) {
				place++;
			}
			return place;
		}

		List<Integer> places(KeySelection selection, int maxSteps) {
			List<Integer> places = new ArrayList<>();
			assertThat(selection.find(this, maxSteps, (from, to) -> {
				for (int place = from; place < to; place++) {
					places.add(place);
				}
				return true;
			})).isTrue();
			return places;
		}

		// What the walk finds, or those of it that match. Nodes below ** are not told
		// apart.
		List<String> find(KeySelection selection, KeyPattern pattern, boolean matching) {
			List<String> found = new ArrayList<>();
			boolean exact = pattern.nodes().stream().noneMatch(NodePattern::isAnyDepth);
			for (int place : new TreeSet<>(places(selection, Integer.MAX_VALUE))) {
				SeriesKey key = this.list.get(place);
				if (key != null && (!matching || exact || pattern.matches(key))) {
					found.add(key.toString());
				}
			}
			return found;
		}

		List<String> matching(KeyPattern pattern) {
			return this.list.stream()
				.filter((key) -> key != null && pattern.matches(key))
				.map(String::valueOf)
				.toList();
		}

		List<String> all() {
			return this.list.stream().filter((key) -> key != null).map(String::valueOf).toList();
		}

	}

}
