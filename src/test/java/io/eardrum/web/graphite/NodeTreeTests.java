package io.eardrum.web.graphite;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.eardrum.budget.RequestBudget;
import io.eardrum.budget.RequestEndedException;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.fixture.TestAccounts;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.series.BudgetExceededException;
import io.eardrum.web.graphite.series.ValueBudget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link NodeTree}.
 */
class NodeTreeTests {

	private final MemoryMetricRepository store = new MemoryMetricRepository();

	private final ValueBudget budget = new ValueBudget(10_000_000);

	private void put(int count) {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < count; i++) {
			batch.add(SeriesKey.of("many.n" + i), 1, 1);
		}
		this.store.put(batch);
	}

	@Test
	void eachPatternFindsItsNodesInOnePass() {
		put(3);
		try (ValueBudget.Account account = TestAccounts.open(this.budget)) {
			assertThat(NodeTree.find(this.store, account, List.of("*", "many.*", "none", "*")).toString())
				.isEqualTo("{*={many=BRANCH}, many.*={many.n0=LEAF, many.n1=LEAF, many.n2=LEAF}, none={}}");
		}
	}

	@Test
	void nodesOfAllPatternsTogetherAreBounded() {
		put(NodeTree.MAX_NODES / 2);
		try (ValueBudget.Account account = TestAccounts.open(this.budget)) {
			assertThat(NodeTree.find(this.store, account, List.of("many.*", "many.n*"))).hasSize(2);
			assertThatExceptionOfType(QueryException.class)
				.isThrownBy(() -> NodeTree.find(this.store, account, List.of("many.*", "many.n*", "*.n*")))
				.withMessageContaining("More than 50000 nodes match, '");
		}
	}

	@Test
	void anyDepthFindsAllNodesBelow() {
		PointBatch batch = new PointBatch();
		for (String key : List.of("a", "a.b.c", "a.b.d", "a.c", "d.b.c.e")) {
			batch.add(SeriesKey.of(key), 1, 1);
		}
		this.store.put(batch);
		try (ValueBudget.Account account = TestAccounts.open(this.budget)) {
			assertThat(NodeTree.find(this.store, account, List.of("**", "a.**", "**.c", "**.b.**.e")).toString())
				.isEqualTo("{**={a=BOTH, a.b=BRANCH, a.b.c=LEAF, a.b.d=LEAF, a.c=LEAF, d=BRANCH, d.b=BRANCH, "
						+ "d.b.c=BRANCH, d.b.c.e=LEAF}, a.**={a.b=BRANCH, a.b.c=LEAF, a.b.d=LEAF, a.c=LEAF}, "
						+ "**.c={a.b.c=LEAF, a.c=LEAF, d.b.c=BRANCH}, **.b.**.e={d.b.c.e=LEAF}}");
		}
	}

	@Test
	void searchEndsWithItsWorkOrItsClient() {
		put(20_000);
		// These match all keys: a store that has its keys in order by then leaves out
		// those that can't match.
		List<String> patterns = List.of("none", "many.n*");
		for (RequestBudget request : List.of(TestAccounts.work(100_000), TestAccounts.client(() -> true))) {
			assertThatExceptionOfType(RequestEndedException.class)
				.isThrownBy(() -> NodeTree.find(this.store, TestAccounts.open(this.budget, request), patterns));
		}
	}

	@Test
	void patternsTakeMemoryBeforeTheyAreRead() {
		ValueBudget small = new ValueBudget(100_000);
		List<String> large = IntStream.range(0, 20).mapToObj((i) -> "?".repeat(1000) + i).toList();
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> NodeTree.find(this.store, TestAccounts.open(small), large))
			.withMessageContaining("100000 values");
	}

	@Test
	void nodesOfRequestsAtTheSameTimeShareTheMemory() {
		put(20_000);
		ValueBudget small = new ValueBudget(1_200_000);
		try (ValueBudget.Account first = TestAccounts.open(small);
				ValueBudget.Account second = TestAccounts.open(small)) {
			NodeTree.find(this.store, first, List.of("many.*"));
			assertThatExceptionOfType(BudgetExceededException.class)
				.isThrownBy(() -> NodeTree.find(this.store, second, List.of("many.*")));
		}
		assertThat(small.used()).isZero();
	}

}
