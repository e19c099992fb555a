package io.eardrum.web.graphite;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.memory.MemoryMetricRepository;
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
		try (ValueBudget.Account account = this.budget.open()) {
			assertThat(NodeTree.find(this.store, account, List.of("*", "many.*", "none", "*")).toString())
				.isEqualTo("{*={many=BRANCH}, many.*={many.n0=LEAF, many.n1=LEAF, many.n2=LEAF}, none={}}");
		}
	}

	@Test
	void nodesOfAllPatternsTogetherAreBounded() {
		put(NodeTree.MAX_NODES / 2);
		try (ValueBudget.Account account = this.budget.open()) {
			assertThat(NodeTree.find(this.store, account, List.of("many.*", "many.n*"))).hasSize(2);
			assertThatExceptionOfType(QueryException.class)
				.isThrownBy(() -> NodeTree.find(this.store, account, List.of("many.*", "many.n*", "*.n*")))
				.withMessageContaining("More than 50000 nodes match, '");
		}
	}

	@Test
	void searchThatTakesTooLongIsGivenUp() {
		put(3);
		AtomicLong nanos = new AtomicLong();
		ValueBudget clocked = new ValueBudget(1_000_000, () -> nanos.getAndAdd(TimeUnit.SECONDS.toNanos(30)));
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> NodeTree.find(this.store, clocked.open(), List.of("none")))
			.withMessageContaining("more than 30 s");
	}

	@Test
	void nodesOfRequestsAtTheSameTimeShareTheMemory() {
		put(20_000);
		ValueBudget small = new ValueBudget(1_200_000);
		try (ValueBudget.Account first = small.open(); ValueBudget.Account second = small.open()) {
			NodeTree.find(this.store, first, List.of("many.*"));
			assertThatExceptionOfType(BudgetExceededException.class)
				.isThrownBy(() -> NodeTree.find(this.store, second, List.of("many.*")));
		}
		assertThat(small.used()).isZero();
	}

}
