package io.eardrum.web;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvoker;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvokerAdvisor;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameter;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameters;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.MediaType;

import io.eardrum.web.http.problem.RequestProblem;

/**
 * Refuses a change over Actuator that has a field which the operation does not know.
 * Actuator ignores such fields, so that a misspelt one would do something else than its
 * sender has asked for. Safe for any number of threads.
 */
final class StrictOperations implements OperationInvokerAdvisor {

	@Override
	public OperationInvoker apply(EndpointId endpointId, OperationType operationType, OperationParameters parameters,
			OperationInvoker invoker) {
		if (operationType != OperationType.WRITE) {
			return invoker;
		}
		Set<String> names = parameters.stream()
			.map(OperationParameter::getName)
			.collect(Collectors.toCollection(TreeSet::new));
		return (context) -> {
			for (String name : context.getArguments().keySet()) {
				if (!names.contains(name)) {
					return refuse(name, names);
				}
			}
			return invoker.invoke(context);
		};
	}

	private static WebEndpointResponse<String> refuse(String name, Set<String> names) {
		RequestProblem problem = RequestProblem.parameter(name, names.isEmpty() ? "There are no fields here."
				: "There is no such field here; there are " + String.join(", ", names) + ".");
		return new WebEndpointResponse<>(problem.toJson(), WebEndpointResponse.STATUS_BAD_REQUEST,
				MediaType.APPLICATION_PROBLEM_JSON);
	}

}
