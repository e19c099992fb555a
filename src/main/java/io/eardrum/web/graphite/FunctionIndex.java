package io.eardrum.web.graphite;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.springframework.http.HttpStatus;
import tools.jackson.databind.json.JsonMapper;

import io.eardrum.web.graphite.function.FunctionTable;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.series.Aggregation;
import io.eardrum.web.http.Exchange;
import io.eardrum.web.http.Query;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Answers with the available functions, in the form that Grafana's editor reads.
 */
final class FunctionIndex {

	static final Set<String> PARAMETERS = Set.of("grouped", "group");

	/**
	 * Answers with all functions, or with those of a group.
	 * @param query the parameters
	 * @param exchange the reply
	 * @throws IOException if the client has gone
	 */
	void list(Query query, Exchange exchange) throws IOException {
		String group = query.optional("group");
		boolean grouped = "1".equals(query.optional("grouped")) || "true".equals(query.optional("grouped"));
		Map<String, Object> all = new TreeMap<>();
		FunctionTable.get().functions().values().forEach((function) -> {
			String heading = function.group().heading();
			if (group != null && !group.equals(heading)) {
				return;
			}
			if (grouped) {
				@SuppressWarnings("unchecked")
				Map<String, Object> members = (Map<String, Object>) all.computeIfAbsent(heading,
						(name) -> new TreeMap<String, Object>());
				members.put(function.name(), description(function));
			}
			else {
				all.put(function.name(), description(function));
			}
		});
		reply(all, exchange);
	}

	/**
	 * Answers with one function.
	 * @param query the parameters
	 * @param exchange the reply
	 * @throws IOException if the client has gone
	 */
	void describe(Query query, Exchange exchange) throws IOException {
		SeriesFunction function = FunctionTable.get().find(exchange.lastPathSegment());
		if (function == null) {
			throw new RequestProblem(HttpStatus.NOT_FOUND,
					"There is no function '" + exchange.lastPathSegment() + "'; /functions lists all functions.");
		}
		reply(description(function), exchange);
	}

	private static void reply(Object content, Exchange exchange) throws IOException {
		String json = JsonMapper.shared().writeValueAsString(content);
		exchange.reply("application/json", (text) -> text.text(json));
	}

	private static Map<String, Object> description(SeriesFunction function) {
		Map<String, Object> description = new LinkedHashMap<>();
		description.put("name", function.name());
		description.put("function",
				function.name() + function.parameters()
					.stream()
					.map((parameter) -> (parameter.multiple() ? "*" : "") + parameter.name())
					.collect(Collectors.joining(", ", "(", ")")));
		description.put("description", function.description());
		description.put("module", "graphite.render.functions");
		description.put("group", function.group().heading());
		description.put("params", function.parameters().stream().map(FunctionIndex::parameter).toList());
		return description;
	}

	private static Map<String, Object> parameter(Parameter parameter) {
		Map<String, Object> description = new LinkedHashMap<>();
		description.put("name", parameter.name());
		description.put("type", parameter.type().graphiteName());
		if (parameter.required()) {
			description.put("required", true);
		}
		if (parameter.defaultValue() != null) {
			description.put("default", parameter.defaultValue());
		}
		if (parameter.multiple()) {
			description.put("multiple", true);
		}
		if (parameter.type() == Parameter.Type.AGGREGATION
				|| parameter.type() == Parameter.Type.AGGREGATION_OR_FUNCTION) {
			description.put("options", Aggregation.names());
		}
		if (!parameter.suggestions().isEmpty()) {
			description.put("suggestions", parameter.suggestions());
		}
		return description;
	}

}
