package io.eardrum.web.graphite.function;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.fixture.TestAccounts;
import io.eardrum.web.graphite.function.call.Scope;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.series.Grid;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.ValueBudget;

import static org.assertj.core.api.Assertions.assertThat;

class GivenSeriesTests {

	private final MemoryMetricRepository store = new MemoryMetricRepository();

	private final ValueBudget.Account account = TestAccounts.open(new ValueBudget(100_000));

	private final Evaluation request = Evaluation.of(this.store, this.account, List.of(),
			new Evaluation.Range(100, 200, 300, ZoneId.of("Asia/Kathmandu")), 10);

	private final GridSeries series = GridSeries.of(this.account, "given", new Grid(100, 200, 100), new double[] { 7 });

	private final Expression place = new Expression.Path("place", 1);

	private final Scope scope = new GivenSeries(this.request, List.of(this.place), List.of(List.of(this.series)));

	@Test
	void placeStandsForTheSeriesOverAnyRange() {
		assertThat(this.scope.evaluate(this.place)).containsExactly(this.series);
		assertThat(this.scope.over(0, 50).evaluate(this.place)).containsExactly(this.series);
		List<GridSeries> streamed = new ArrayList<>();
		this.scope.stream(this.place).forEach(streamed::add);
		assertThat(streamed).containsExactly(this.series);
	}

	@Test
	void listOfSeriesMayBeChanged() {
		this.scope.evaluate(this.place).clear();
		assertThat(this.scope.evaluate(this.place)).hasSize(1);
	}

	@Test
	void everythingElseIsThatOfTheRequest() {
		assertThat(this.scope.from()).isEqualTo(100);
		assertThat(this.scope.over(110, 120).from()).isEqualTo(110);
		assertThat(this.scope.over(110, 120).until()).isEqualTo(120);
		assertThat(this.scope.until()).isEqualTo(200);
		assertThat(this.scope.now()).isEqualTo(300);
		assertThat(this.scope.zone()).isEqualTo(ZoneId.of("Asia/Kathmandu"));
		assertThat(this.scope.account()).isSameAs(this.account);
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("m.a"), 150, 1);
		this.store.put(batch);
		assertThat(this.scope.evaluate(List.of("m.*"), List::size)).containsExactly(1);
		Expression.Call average = new Expression.Call("averageSeries", List.of(this.place), Map.of(), 1);
		assertThat(this.scope.apply(average, List.of(this.series))).hasSize(1);
		assertThat(this.scope.call(average, List.of(List.of(this.series)))).hasSize(1);
	}

}
