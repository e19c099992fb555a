package io.eardrum.storage.cassandra;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletionStage;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Statement;

/**
 * A cluster that was reached, with all tables there and all statements prepared. The
 * driver keeps up the connections from then on. Safe for any number of threads.
 */
final class ClusterSession {

	private final CqlSession session;

	private final Map<Query, PreparedStatement> statements;

	ClusterSession(CqlSession session, Map<Query, PreparedStatement> statements) {
		this.session = session;
		this.statements = statements;
	}

	/**
	 * Makes a statement.
	 * @param query the query
	 * @param cells what takes the place of its question marks
	 * @return the statement
	 */
	BoundStatement bind(Query query, ByteBuffer... cells) {
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
	 * @param cells what takes the place of its question marks
	 * @return its first page
	 */
	CompletionStage<AsyncResultSet> send(Query query, ByteBuffer... cells) {
		return send(bind(query, cells));
	}

	CompletionStage<AsyncResultSet> send(Statement<?> statement) {
		return this.session.executeAsync(statement);
	}

	/**
	 * Tells what the cluster calls itself.
	 * @return the name
	 */
	String name() {
		return this.session.getMetadata().getClusterName().orElse("without a name");
	}

	CqlSession driver() {
		return this.session;
	}

}
