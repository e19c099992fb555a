package io.eardrum.storage.cassandra.cluster;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.loadbalancing.NodeDistance;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import org.jspecify.annotations.Nullable;

import io.eardrum.storage.cassandra.table.Query;

/**
 * A session with a cluster that has all tables, and for which all statements are
 * prepared. The driver maintains the connections. Safe for any number of threads.
 */
public final class ClusterSession {

	private final CqlSession session;

	private final Map<Query, PreparedStatement> statements;

	private final long format;

	ClusterSession(CqlSession session, Map<Query, PreparedStatement> statements, long format) {
		this.session = session;
		this.statements = statements;
		this.format = format;
	}

	ClusterSession withFormat(long format) {
		return new ClusterSession(this.session, this.statements, format);
	}

	/**
	 * Returns whether all servers of this cluster register series in groups. Servers of
	 * before can't, and don't connect to such a cluster.
	 * @return whether the tables have format 2 and not 1
	 */
	public boolean registersInGroups() {
		return this.format >= Connector.FORMAT;
	}

	/**
	 * Makes a statement.
	 * @param query the query
	 * @param cells the values for its question marks
	 * @return the statement
	 */
	public BoundStatement bind(Query query, ByteBuffer... cells) {
		PreparedStatement prepared = this.statements.get(query);
		if (prepared == null) {
			throw new IllegalStateException(query + " is not prepared");
		}
		BoundStatementBuilder builder = prepared.boundStatementBuilder();
		for (int i = 0; i < cells.length; i++) {
			builder = builder.setBytesUnsafe(i, cells[i]);
		}
		return builder.build();
	}

	/**
	 * Sends a query.
	 * @param query the query
	 * @param cells the values for its question marks
	 * @return its first page
	 */
	public CompletionStage<AsyncResultSet> send(Query query, ByteBuffer... cells) {
		return send(bind(query, cells));
	}

	/**
	 * Sends a query that any node can answer alone.
	 * @param node the node that is to answer, or {@code null} for any
	 * @param query the query, without question marks
	 * @return its first page
	 */
	CompletionStage<AsyncResultSet> sendTo(@Nullable Node node, Query query) {
		return send(bind(query).setConsistencyLevel(DefaultConsistencyLevel.LOCAL_ONE).setNode(node));
	}

	/**
	 * Returns the nodes in the datacenter that this server uses to which there is a
	 * connection.
	 * @return the nodes, in no order
	 */
	List<Node> connectedNodes() {
		return this.session.getMetadata()
			.getNodes()
			.values()
			.stream()
			.filter((node) -> node.getDistance() == NodeDistance.LOCAL && node.getState() == NodeState.UP
					&& node.getOpenConnections() > 0)
			.toList();
	}

	/**
	 * Sends a statement.
	 * @param statement the statement
	 * @return its first page
	 */
	public CompletionStage<AsyncResultSet> send(Statement<?> statement) {
		return this.session.executeAsync(statement);
	}

	/**
	 * Returns the name of the cluster.
	 * @return the name
	 */
	String name() {
		return this.session.getMetadata().getClusterName().orElse("without a name");
	}

	CqlSession driver() {
		return this.session;
	}

}
