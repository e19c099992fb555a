package io.eardrum.web.graphite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.MetricRepository;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.series.ValueBudget;
import io.eardrum.web.http.Exchange;
import io.eardrum.web.http.ObservedRepository;
import io.eardrum.web.http.Query;
import io.eardrum.web.http.TextReply;

/**
 * Answers with names: the nodes of the tree of keys, and all keys. Times in these
 * requests are ignored: a series is found whenever it had points.
 * <p>
 * Safe for any number of threads.
 */
final class MetricsFind {

	static final Set<String> FIND_PARAMETERS = Set.of("query", "format", "wildcards", "leavesOnly");

	static final Set<String> EXPAND_PARAMETERS = Set.of("query", "groupByExpr", "leavesOnly");

	private static final String JSON = "application/json";

	private static final int MAX_QUERIES = 100;

	private final ObservedRepository repository;

	private final ValueBudget budget;

	MetricsFind(ObservedRepository repository, ValueBudget budget) {
		this.repository = repository;
		this.budget = budget;
	}

	/**
	 * Answers with the nodes that a pattern matches.
	 * @param query the parameters
	 * @param exchange the reply
	 * @throws IOException if the client has gone
	 */
	void find(Query query, Exchange exchange) throws IOException {
		String pattern = query.optional("query");
		if (pattern == null) {
			throw new QueryException("The parameter 'query' is missing; query=* is an example.");
		}
		boolean wildcards = isOn(query, "wildcards");
		boolean leavesOnly = isOn(query, "leavesOnly");
		String format = Objects.requireNonNullElse(query.optional("format"), "treejson");
		try (ValueBudget.Account account = open(exchange)) {
			MetricRepository store = this.repository.within(exchange.budget());
			switch (format) {
				case "treejson" -> {
					NavigableMap<String, NodeTree.Kind> nodes = nodes(store, pattern, leavesOnly, account);
					String base = pattern.substring(0, pattern.lastIndexOf('.') + 1);
					exchange.reply(JSON, (text) -> tree(nodes, base, wildcards, text));
				}
				case "completer" -> {
					String prefix = pattern.replace("..", "*.");
					NavigableMap<String, NodeTree.Kind> nodes = nodes(store,
							prefix.endsWith("*") ? prefix : prefix + "*", leavesOnly, account);
					exchange.reply(JSON, (text) -> completions(nodes, wildcards, text));
				}
				default -> throw new QueryException(
						"There is no format " + QueryException.quoted(format) + "; there are treejson and completer.");
			}
		}
	}

	private ValueBudget.Account open(Exchange exchange) {
		return this.budget.open(exchange.budget(), new QueryMemory(exchange.memory()));
	}

	private static NavigableMap<String, NodeTree.Kind> nodes(MetricRepository store, String pattern, boolean leavesOnly,
			ValueBudget.Account account) {
		return nodes(store, List.of(pattern), leavesOnly, account).values().iterator().next();
	}

	private static Map<String, NavigableMap<String, NodeTree.Kind>> nodes(MetricRepository store, List<String> patterns,
			boolean leavesOnly, ValueBudget.Account account) {
		Map<String, NavigableMap<String, NodeTree.Kind>> found = NodeTree.find(store, account, patterns);
		if (leavesOnly) {
			found.values().forEach((nodes) -> nodes.values().removeIf((kind) -> !kind.isLeaf()));
		}
		return found;
	}

	private static boolean isOn(Query query, String name) {
		return query.number(name, 0, 0, 1) == 1;
	}

	private static void tree(NavigableMap<String, NodeTree.Kind> nodes, String base, boolean wildcards, TextReply text)
			throws IOException {
		// Several paths can end in the same name.
		NavigableMap<String, NodeTree.Kind> names = new TreeMap<>();
		nodes.forEach((path, kind) -> names.merge(name(path), kind, NodeTree.Kind::and));
		Separated json = new Separated(text.ascii("["));
		if (wildcards && nodes.size() > 1) {
			boolean branches = names.values().stream().anyMatch(NodeTree.Kind::isBranch);
			json.node("*", base + "*", branches ? NodeTree.Kind.BRANCH : NodeTree.Kind.LEAF);
		}
		for (boolean branch : new boolean[] { true, false }) {
			for (Map.Entry<String, NodeTree.Kind> node : names.entrySet()) {
				if (node.getValue().isBranch() == branch) {
					json.node(node.getKey(), base + node.getKey(), node.getValue());
				}
			}
		}
		text.ascii("]");
	}

	private static void completions(NavigableMap<String, NodeTree.Kind> nodes, boolean wildcards, TextReply text)
			throws IOException {
		Separated json = new Separated(text.ascii("{\"metrics\":["));
		List<Map.Entry<String, NodeTree.Kind>> found = new ArrayList<>(nodes.entrySet());
		found.sort(Comparator.comparing((node) -> name(node.getKey())));
		for (Map.Entry<String, NodeTree.Kind> node : found) {
			String path = node.getKey();
			if (node.getValue().isLeaf()) {
				json.completion(path, path, "1");
			}
			if (node.getValue().isBranch()) {
				json.completion(path + ".", path, "0");
			}
		}
		if (wildcards && nodes.size() > 1) {
			json.next().ascii("{\"name\":\"*\"}");
		}
		text.ascii("]}");
	}

	private static String name(String path) {
		return path.substring(path.lastIndexOf('.') + 1);
	}

	/**
	 * Answers with the full paths of the nodes that patterns match.
	 * @param query the parameters
	 * @param exchange the reply
	 * @throws IOException if the client has gone
	 */
	void expand(Query query, Exchange exchange) throws IOException {
		List<String> patterns = query.all("query");
		if (patterns.size() > MAX_QUERIES) {
			throw new QueryException("'query' can be given " + MAX_QUERIES + " times at most.");
		}
		boolean leavesOnly = isOn(query, "leavesOnly");
		boolean grouped = isOn(query, "groupByExpr");
		try (ValueBudget.Account account = open(exchange)) {
			Map<String, NavigableMap<String, NodeTree.Kind>> found = nodes(this.repository.within(exchange.budget()),
					patterns, leavesOnly, account);
			exchange.reply(JSON, (text) -> expansions(found, grouped, text));
		}
	}

	private static void expansions(Map<String, NavigableMap<String, NodeTree.Kind>> found, boolean grouped,
			TextReply text) throws IOException {
		text.ascii("{\"results\":");
		if (grouped) {
			Separated groups = new Separated(text.ascii("{"));
			for (Map.Entry<String, NavigableMap<String, NodeTree.Kind>> group : found.entrySet()) {
				groups.next().jsonString(group.getKey()).ascii(":");
				strings(group.getValue().keySet(), text);
			}
			text.ascii("}");
		}
		else {
			NavigableSet<String> all = new TreeSet<>();
			found.values().forEach((nodes) -> all.addAll(nodes.keySet()));
			strings(all, text);
		}
		text.ascii("}");
	}

	private static void strings(Iterable<String> strings, TextReply text) throws IOException {
		Separated json = new Separated(text.ascii("["));
		for (String string : strings) {
			json.next().jsonString(string);
		}
		text.ascii("]");
	}

	/**
	 * Answers with all keys, in the order of their first put. Keys are sent as they are
	 * read.
	 * @param query the parameters
	 * @param exchange the reply
	 * @throws IOException if the client has gone
	 */
	void index(Query query, Exchange exchange) throws IOException {
		exchange.reply(JSON, (text) -> {
			Separated json = new Separated(text.ascii("["));
			try {
				this.repository.within(exchange.budget()).forEachKey((key) -> {
					try {
						json.next().jsonString(key);
					}
					catch (IOException ex) {
						throw new UncheckedIOException(ex);
					}
				});
			}
			catch (UncheckedIOException ex) {
				throw ex.getCause();
			}
			text.ascii("]");
		});
	}

	/**
	 * Writes the elements of an array or object, with commas between them.
	 */
	private static final class Separated {

		private final TextReply text;

		private @Nullable String separator;

		Separated(TextReply text) {
			this.text = text;
		}

		TextReply next() throws IOException {
			if (this.separator != null) {
				this.text.ascii(this.separator);
			}
			this.separator = ",";
			return this.text;
		}

		void node(String name, String id, NodeTree.Kind kind) throws IOException {
			String branch = kind.isBranch() ? "1" : "0";
			next().ascii("{\"text\":").jsonString(name).ascii(",\"id\":").jsonString(id);
			this.text.ascii(",\"allowChildren\":").ascii(branch).ascii(",\"expandable\":").ascii(branch);
			this.text.ascii(",\"leaf\":").ascii(kind.isLeaf() ? "1" : "0").ascii("}");
		}

		void completion(String completed, String path, String leaf) throws IOException {
			next().ascii("{\"path\":").jsonString(completed).ascii(",\"name\":");
			this.text.jsonString(name(path));
			this.text.ascii(",\"is_leaf\":\"").ascii(leaf).ascii("\"}");
		}

	}

}
