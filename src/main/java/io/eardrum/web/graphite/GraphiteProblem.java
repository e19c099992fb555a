package io.eardrum.web.graphite;

import org.springframework.http.HttpStatus;

import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.series.BudgetExceededException;
import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Tells what is wrong with a request so that Grafana shows it: problem details, with the
 * sentence once more as the {@code message}, where it looks.
 */
final class GraphiteProblem {

	private GraphiteProblem() {
	}

	/**
	 * Makes an action tell what is wrong.
	 * @param action answers requests
	 * @return the action
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
		String message = String.valueOf(cause.getMessage());
		return new RequestProblem(status, message).with("message", message);
	}

}
