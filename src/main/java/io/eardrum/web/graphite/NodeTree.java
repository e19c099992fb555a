package io.eardrum.web.graphite;

import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

import io.eardrum.metric.KeyPattern;
import io.eardrum.metric.NodePattern;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.MetricRepository;
import io.eardrum.web.graphite.query.QueryException;

/**
 * Finds the nodes that a pattern matches in the tree that the dots in keys make: a leaf
 * where a key ends, a branch where keys go on.
 * <p>
 * Keys are passed once, in time proportional to their number. A node is held against the
 * pattern when its first key comes; the keys below it that follow are told by one look
 * into a table. The table holds the nodes found, so many at most.
 */
final class NodeTree {

	/** How many nodes a request may find. */
	static final int MAX_NODES = 50_000;

	private final NavigableMap<String, Kind> found = new TreeMap<>();

	private final KeyPattern pattern;

	private String rejected = "";

	private NodeTree(KeyPattern pattern) {
		this.pattern = pattern;
	}

	/**
	 * Finds nodes.
	 * @param repository where the keys are
	 * @param text the pattern
	 * @return the nodes by their paths, sorted
	 * @throws QueryException if the pattern is none, or there are too many nodes
	 */
	static NavigableMap<String, Kind> find(MetricRepository repository, String text) {
		try {
			NodeTree tree = new NodeTree(KeyPattern.of(text));
			repository.forEachKey(tree::add);
			return tree.found;
		}
		catch (IllegalArgumentException ex) {
			throw new QueryException("'" + text + "' can't be looked up: " + ex.getMessage() + ".");
		}
	}

	private void add(SeriesKey key) {
		String text = key.toString();
		List<NodePattern> nodes = this.pattern.nodes();
		int end = -1;
		for (int i = 0; i < nodes.size(); i++) {
			if (end == text.length()) {
				return;
			}
			int dot = text.indexOf('.', end + 1);
			end = (dot < 0) ? text.length() : dot;
		}
		String path = text.substring(0, end);
		Kind kind = (end == text.length()) ? Kind.LEAF : Kind.BRANCH;
		Kind known = this.found.get(path);
		if (known != null) {
			if (known != kind) {
				this.found.put(path, Kind.BOTH);
			}
		}
		else if (!path.equals(this.rejected)) {
			if (!matches(path)) {
				this.rejected = path;
				return;
			}
			if (this.found.size() == MAX_NODES) {
				throw new QueryException("More than " + MAX_NODES + " nodes match '" + this.pattern
						+ "'. Ask for fewer of them, with some of their first characters.");
			}
			this.found.put(path, kind);
		}
	}

	private boolean matches(String path) {
		int start = 0;
		for (NodePattern node : this.pattern.nodes()) {
			int dot = path.indexOf('.', start);
			int end = (dot < 0) ? path.length() : dot;
			if (!node.matches(path.substring(start, end))) {
				return false;
			}
			start = end + 1;
		}
		return true;
	}

	/**
	 * What a node is.
	 */
	enum Kind {

		/** A key ends here. */
		LEAF,

		/** Keys go on here. */
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
