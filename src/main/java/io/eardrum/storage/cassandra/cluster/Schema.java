package io.eardrum.storage.cassandra.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.loadbalancing.NodeDistance;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageProperties;

/**
 * Ensures that the tables of schema.cql exist.
 * <p>
 * Servers that start at the same moment make the tables at the same moment. If two nodes
 * are asked to make one table, they give it two ids and no longer agree. One node makes
 * it once, and has nothing to do the second time. So all servers send these statements to
 * the same node: of the nodes that are up, the one with the lowest id. That can go wrong
 * if nodes come and go while the first servers start; in such a cluster the tables should
 * be made beforehand.
 */
public final class Schema {

	private static final Logger logger = LoggerFactory.getLogger(Schema.class);

	private static final String FILE = "schema.cql";

	/** The folder of the file in the jar, which is documented for operators. */
	private static final String FOLDER = "/io/eardrum/storage/cassandra/";

	private static final Pattern COMMENT = Pattern.compile("--[^\\n]*");

	private static final Pattern TABLE = Pattern.compile("CREATE TABLE IF NOT EXISTS (\\w+)");

	/** The nodes have to agree on a table before it can be used. */
	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private final CqlIdentifier keyspace;

	private final StorageProperties.Cassandra properties;

	/** The statement that makes a table, by the name of the table. */
	private final Map<String, String> tables;

	Schema(CqlIdentifier keyspace, StorageProperties.Cassandra properties) {
		this.keyspace = keyspace;
		this.properties = properties;
		this.tables = tables(keyspace);
	}

	/**
	 * Reads the statements that make the tables.
	 * @param keyspace the keyspace for them
	 * @return the statements by the names of the tables, in the order of the file
	 */
	public static Map<String, String> tables(CqlIdentifier keyspace) {
		Map<String, String> tables = new LinkedHashMap<>();
		for (String text : COMMENT.matcher(file()).replaceAll("").split(";", -1)) {
			Matcher matcher = TABLE.matcher(text);
			if (matcher.find()) {
				String name = matcher.group(1);
				tables.put(name, matcher
					.replaceFirst(
							Matcher.quoteReplacement("CREATE TABLE IF NOT EXISTS " + keyspace.asCql(true) + "." + name))
					.strip());
			}
		}
		return tables;
	}

	private static String file() {
		try (InputStream stream = Schema.class.getResourceAsStream(FOLDER + FILE)) {
			if (stream == null) {
				throw new IllegalStateException(FILE + " is missing");
			}
			return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Ensures that the keyspace and all tables exist, and makes missing ones if that is
	 * allowed.
	 * @param session a session with the cluster
	 * @param datacenter the datacenter that this server uses
	 * @throws StorageException if something is missing; the message says what, and what
	 * to do
	 */
	void ensure(CqlSession session, String datacenter) {
		List<String> missing = missingTables(session);
		if (missing.isEmpty()) {
			return;
		}
		if (!hasKeyspace(session)) {
			createKeyspace(session, datacenter);
		}
		if (!this.properties.createSchema()) {
			throw new StorageException(
					"The keyspace " + this.keyspace.asCql(true) + " lacks the tables " + String.join(", ", missing)
							+ ". Make them with " + FILE + ", or set eardrum.storage.cassandra.create-schema=true");
		}
		for (String name : missing) {
			change(session, this.tables.getOrDefault(name, ""));
		}
		logger.info("Made the tables {} in the keyspace {}", String.join(", ", missing), this.keyspace.asCql(true));
	}

	private void createKeyspace(CqlSession session, String datacenter) {
		int replicas = this.properties.replicationFactor();
		String name = this.keyspace.asCql(true);
		if (!this.properties.createSchema()) {
			throw new StorageException("There is no keyspace " + name + ". Make it and its tables with " + FILE
					+ ", or set eardrum.storage.cassandra.create-schema=true");
		}
		long nodes = nodes(session).size();
		if (nodes < replicas) {
			// The keyspace could be made, but then there would never be a quorum.
			throw new StorageException(
					"The keyspace " + name + " has not been made yet: " + nodes + " nodes are up in the datacenter "
							+ datacenter + ", and eardrum.storage.cassandra.replication-factor is " + replicas);
		}
		change(session,
				"CREATE KEYSPACE IF NOT EXISTS " + name + " WITH replication = {'class': 'NetworkTopologyStrategy', '"
						+ datacenter.replace("'", "''") + "': " + replicas + "}");
		logger.info("Made the keyspace {}: {} nodes of the datacenter {} keep each point", name, replicas, datacenter);
	}

	private void change(CqlSession session, String text) {
		SimpleStatement statement = SimpleStatement.newInstance(text).setTimeout(TIMEOUT);
		Optional<Node> node = nodes(session).stream()
			.min(Comparator.comparing((candidate) -> String.valueOf(candidate.getHostId())));
		Await.of(session.executeAsync(statement.setNode(node.orElse(null))), TIMEOUT);
	}

	// The driver also knows all tables, but it updates its knowledge over one connection
	// only, and no longer once that connection has failed in a certain way.
	private List<String> missingTables(CqlSession session) {
		List<String> missing = new ArrayList<>(this.tables.keySet());
		for (Row row : ask(session, "SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?")) {
			missing.remove(row.getString(0));
		}
		return missing;
	}

	private boolean hasKeyspace(CqlSession session) {
		return ask(session, "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?").iterator()
			.hasNext();
	}

	// The tables of Eardrum in a keyspace fit on one page.
	private Iterable<Row> ask(CqlSession session, String text) {
		SimpleStatement statement = SimpleStatement.newInstance(text, this.keyspace.asInternal()).setIdempotent(true);
		return Await.of(session.executeAsync(statement), TIMEOUT).currentPage();
	}

	// Returns the nodes that are up in the datacenter that this server uses.
	private static List<Node> nodes(CqlSession session) {
		return session.getMetadata()
			.getNodes()
			.values()
			.stream()
			.filter((node) -> node.getDistance() == NodeDistance.LOCAL && node.getState() == NodeState.UP)
			.toList();
	}

}
