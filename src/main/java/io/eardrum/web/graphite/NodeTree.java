package io.eardrum.web.graphite;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.pattern.KeyPattern;
import io.eardrum.metric.pattern.KeySelection;
import io.eardrum.storage.MetricRepository;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.series.SeriesCatalog;
import io.eardrum.web.graphite.series.ValueBudget;

/**
 * Finds the nodes that a pattern matches in the tree formed by the dots in keys. A node
 * is a leaf where a key ends, and a branch where keys continue.
 * <p>
 * One pass over the keys serves all patterns, in time proportional to the number of keys
 * times the number of patterns. The tables contain the nodes found, at most
 * {@value #MAX_NODES} in all. The account of the request counts for each node what it
 * takes in a table here, and in another table by its name when the answer is written.
 */
final class NodeTree {

	/** How many nodes a request may find. */
	static final int MAX_NODES = 50_000;

	private final NavigableMap<String, Kind> found = new TreeMap<>();

	private final KeyPattern pattern;

	private final ValueBudget.Account account;

	private NodeTree(KeyPattern pattern, ValueBudget.Account account) {
		this.pattern = pattern;
		this.account = account;
	}

	/**
	 * Finds nodes.
	 * @param repository where the keys are
	 * @param account the account from which the memory for the nodes is taken
	 * @param texts the patterns
	 * @return the nodes of each pattern by their paths, sorted; the patterns in their
	 * given order
	 * @throws QueryException if a pattern is too large, or there are too many nodes
	 */
	static Map<String, NavigableMap<String, Kind>> find(MetricRepository repository, ValueBudget.Account account,
			Collection<String> texts) {
		Map<String, NavigableMap<String, Kind>> found = new LinkedHashMap<>();
		List<NodeTree> trees = new ArrayList<>();
		for (String text : texts) {
			if (!found.containsKey(text)) {
				account.pattern(text);
				KeyPattern pattern = SeriesCatalog.pattern(text);
				if (pattern == null) {
					found.put(text, new TreeMap<>());
					continue;
				}
				NodeTree tree = new NodeTree(pattern, account);
				found.put(text, tree.found);
				trees.add(tree);
			}
		}
		List<KeyPattern> patterns = trees.stream().map((tree) -> tree.pattern).toList();
		int[] total = new int[1];
		repository.forEachKey(KeySelection.ofNodes(patterns), (key) -> {
			for (NodeTree tree : trees) {
				account.work(tree.pattern.work(key));
				total[0] += tree.add(key);
				if (total[0] > MAX_NODES) {
					throw new QueryException("More than " + MAX_NODES + " nodes match, "
							+ QueryException.quoted(tree.pattern.toString())
							+ " among the patterns. Ask for fewer of them, with some of their first characters.");
				}
			}
		});
		return found;
	}

	// Returns how many nodes were added.
	private int add(SeriesKey key) {
		int before = this.found.size();
		this.pattern.forEachMatch(key, (length) -> {
			String path = key.beginning(length);
			Kind kind = (length == key.length()) ? Kind.LEAF : Kind.BRANCH;
			Kind known = this.found.get(path);
			if (known == null) {
				this.account.named(path);
				this.found.put(path, kind);
			}
			else if (known != kind) {
				this.found.put(path, Kind.BOTH);
			}
		});
		return this.found.size() - before;
	}

	/**
	 * The kind of a node.
	 */
	enum Kind {

		/** A key ends here. */
		LEAF,

		/** Keys continue here. */
		BRANCH,

		/** Both: there are keys such as {@code palm} and {@code palm.cpu}. */
		BOTH;

		boolean isLeaf() {
			return this != BRANCH;
		}

		boolean isBranch() {
			return this != LEAF;
		}

		Kind and(Kind other) {
			return (this == other) ? this : BOTH;
		}

	}

}
