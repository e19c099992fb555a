package io.eardrum.web.graphite;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

import io.eardrum.web.graphite.function.Evaluation;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.series.Answer;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.ValueBudget;
import io.eardrum.web.graphite.step.Steps;
import io.eardrum.web.http.Exchange;
import io.eardrum.web.http.ObservedRepository;
import io.eardrum.web.http.Query;

/**
 * Answers with the values of targets. All series are computed before the first byte of
 * the answer is sent, so that an error can still be reported. Each series is released
 * once it is written.
 * <p>
 * Safe for any number of threads.
 */
final class Renderer {

	private final ObservedRepository repository;

	private final ValueBudget budget;

	private final int maxSeries;

	private final Steps steps;

	private final Clock clock;

	Renderer(ObservedRepository repository, ValueBudget budget, int maxSeries, Steps steps, Clock clock) {
		this.repository = repository;
		this.budget = budget;
		this.maxSeries = maxSeries;
		this.steps = steps;
		this.clock = clock;
	}

	/**
	 * Answers a request for values.
	 * @param query the parameters
	 * @param exchange the reply
	 * @throws IOException if the client has gone
	 */
	void render(Query query, Exchange exchange) throws IOException {
		try (ValueBudget.Account account = this.budget.open(exchange.budget(), new QueryMemory(exchange.memory()))) {
			RenderRequest request = RenderRequest.of(query, this.clock, account);
			Answer answer = new Answer(account, evaluate(request, account, exchange));
			switch (request.format()) {
				case JSON -> {
					Consolidation.apply(answer, request.maxPoints());
					exchange.reply("application/json", (text) -> RenderedSeries.json(answer, request.nulls(), text));
				}
				case CSV -> exchange.reply("text/csv;charset=utf-8",
						(text) -> RenderedSeries.csv(answer, request.range().zone(), text));
				case RAW -> exchange.reply("text/plain;charset=utf-8", (text) -> RenderedSeries.raw(answer, text));
			}
		}
	}

	private List<GridSeries> evaluate(RenderRequest request, ValueBudget.Account account, Exchange exchange) {
		Evaluation evaluation = Evaluation.of(this.repository.within(exchange.budget()), account, request.targets(),
				request.range(), this.maxSeries, this.steps);
		List<GridSeries> series = new ArrayList<>();
		for (Expression target : request.targets()) {
			series.addAll(evaluation.evaluate(target));
		}
		return series;
	}

}
