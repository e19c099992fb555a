package io.eardrum.web.graphite;

import org.springframework.http.HttpStatus;

import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.series.BudgetExceededException;
import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Reports errors of a request such that Grafana shows them: as problem details that
 * repeat the sentence as the {@code message}, which Grafana reads.
 */
final class GraphiteProblem {

	private GraphiteProblem() {
	}

	/**
	 * Makes an action report errors as problems.
	 * @param action answers requests
	 * @return the action that reports them
	 */
	static Endpoint.Action told(Endpoint.Action action) {
		return (query, exchange) -> {
			try {
				action.serve(query, exchange);
			}
			catch (QueryException ex) {
				throw problem(HttpStatus.BAD_REQUEST, ex);
			}
			catch (BudgetExceededException ex) {
				throw problem(HttpStatus.SERVICE_UNAVAILABLE, ex).retryAfter(1);
			}
		};
	}

	private static RequestProblem problem(HttpStatus status, RuntimeException cause) {
		return new RequestProblem(status, String.valueOf(cause.getMessage())).told();
	}

}
