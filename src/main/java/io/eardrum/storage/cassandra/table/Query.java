package io.eardrum.storage.cassandra.table;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import org.jspecify.annotations.Nullable;

/**
 * The statements that are sent to the cluster once the tables exist. Each comment names
 * the parameters, and after a colon the result.
 */
public enum Query {

	/** Key, bucket, timestamp, value. */
	INSERT_POINT("INSERT INTO %s.points (key, bucket, timestamp, value) VALUES (?, ?, ?, ?)"),

	/** Key, bucket, timestamp, value, and how many seconds the point is to live. */
	INSERT_EXPIRING_POINT("INSERT INTO %s.points (key, bucket, timestamp, value) VALUES (?, ?, ?, ?) USING TTL ?"),

	/** Key, bucket, and how many seconds it is to live, or 0 for ever. */
	INSERT_BUCKET("INSERT INTO %s.buckets (key, bucket) VALUES (?, ?) USING TTL ?"),

	/** Key, first bucket, last bucket: the buckets, ascending. */
	SELECT_BUCKETS("SELECT bucket FROM %s.buckets WHERE key = ? AND bucket >= ? AND bucket <= ? ORDER BY bucket ASC"),

	/**
	 * Key, first bucket, last bucket: the buckets, descending. The first bucket is nearly
	 * always enough.
	 */
	SELECT_LAST_BUCKETS(
			"SELECT bucket FROM %s.buckets WHERE key = ? AND bucket >= ? AND bucket <= ? ORDER BY bucket DESC", 10),

	/** Key, bucket, first timestamp, last timestamp: timestamps and values, ascending. */
	SELECT_POINTS("SELECT timestamp, value FROM %s.points"
			+ " WHERE key = ? AND bucket = ? AND timestamp >= ? AND timestamp <= ?"),

	/** Key, bucket, last timestamp: timestamp and value of the last point. */
	SELECT_LAST_POINT("SELECT timestamp, value FROM %s.points"
			+ " WHERE key = ? AND bucket = ? AND timestamp <= ? ORDER BY timestamp DESC LIMIT 1"),

	/** Key, bucket, first timestamp, last timestamp. It deletes the points. */
	DELETE_POINTS("DELETE FROM %s.points WHERE key = ? AND bucket = ? AND timestamp >= ? AND timestamp <= ?"),

	/** Key: its place. */
	SELECT_PLACE("SELECT place FROM %s.series_by_key WHERE key = ?"),

	/** Key, place: whether it was applied, and if not, the present place of the key. */
	INSERT_KEY("INSERT INTO %s.series_by_key (key, place) VALUES (?, ?) IF NOT EXISTS"),

	/** Bucket, place, key. */
	INSERT_PLACE("INSERT INTO %s.series_by_place (bucket, place, key) VALUES (?, ?, ?)"),

	/** Key, place: whether it was applied, and the key had this place until now. */
	DELETE_KEY("DELETE FROM %s.series_by_key WHERE key = ? IF place = ?"),

	/** Bucket, place, key. */
	DELETE_PLACE("DELETE FROM %s.series_by_place WHERE bucket = ? AND place = ? AND key = ?"),

	/** Day, key, place. It tells all servers that the key has lost this place. */
	INSERT_REMOVED("INSERT INTO %s.removed_series (day, at, key, place) VALUES (?, now(), ?, ?) USING TTL 172800"),

	/**
	 * Day, from and to in milliseconds since 1970: when, which key, which place, in
	 * order.
	 */
	SELECT_REMOVED("SELECT at, key, place FROM %s.removed_series"
			+ " WHERE day = ? AND at >= minTimeuuid(?) AND at < minTimeuuid(?)"),

	/**
	 * Nothing: a row if a server has looked for series without points for less than a
	 * day.
	 */
	SELECT_SWEEP("SELECT next FROM %s.sequence WHERE name = 'sweep'"),

	/** Nothing: whether no server has looked for series without points for a day. */
	BEGIN_SWEEP("INSERT INTO %s.sequence (name, next) VALUES ('sweep', 0) IF NOT EXISTS USING TTL 86400"),

	/** Bucket: the keys, in the order of their places. */
	SELECT_KEYS("SELECT key FROM %s.series_by_place WHERE bucket = ?"),

	/** Bucket: how many keys there are. */
	COUNT_KEYS("SELECT count(*) FROM %s.series_by_place WHERE bucket = ?"),

	/** Nothing: the next free place. */
	SELECT_NEXT("SELECT next FROM %s.sequence WHERE name = 'series'"),

	/** The future next free place, and the present one: whether it was applied. */
	ADVANCE("UPDATE %s.sequence SET next = ? WHERE name = 'series' IF next = ?"),

	/** Nothing: the version of the tables. */
	SELECT_FORMAT("SELECT next FROM %s.sequence WHERE name = 'format'"),

	/** Begins the sequence. */
	BEGIN("INSERT INTO %s.sequence (name, next) VALUES ('series', 0) IF NOT EXISTS"),

	/**
	 * The version of the tables to store: whether it was applied, and if not, the present
	 * one.
	 */
	INSERT_FORMAT("INSERT INTO %s.sequence (name, next) VALUES ('format', ?) IF NOT EXISTS"),

	/** Key: its place, as a quorum of all nodes knows it. */
	CONFIRM_PLACE("SELECT place FROM %s.series_by_key WHERE key = ?", DefaultConsistencyLevel.QUORUM),
	/** Nothing: the last entry of the log of registrations. */
	SELECT_ENTRY("SELECT version, previous, next, series FROM %s.registrations WHERE name = 'series'",
			DefaultConsistencyLevel.QUORUM),
	/** Version, version before, next free place, series. It begins the log. */
	BEGIN_LOG("INSERT INTO %s.registrations (name, version, previous, next, series)"
			+ " VALUES ('series', ?, ?, ?, ?) IF NOT EXISTS"),
	/**
	 * Version, version before, next free place, series, and the version before once more:
	 * whether it was applied.
	 */
	APPEND_ENTRY("UPDATE %s.registrations SET version = ?, previous = ?, next = ?, series = ?"
			+ " WHERE name = 'series' IF version = ?"),
	/** Nothing: the version up to which all entries have been carried out. */
	SELECT_CARRIED_OUT("SELECT version FROM %s.registrations WHERE name = 'carried out'",
			DefaultConsistencyLevel.QUORUM),
	/** Write timestamp, version. */
	UPDATE_CARRIED_OUT("UPDATE %s.registrations USING TIMESTAMP ? SET version = ? WHERE name = 'carried out'",
			DefaultConsistencyLevel.QUORUM),
	/** Key, place, write timestamp. */
	REGISTER_KEY("INSERT INTO %s.series_by_key (key, place) VALUES (?, ?) USING TIMESTAMP ?",
			DefaultConsistencyLevel.QUORUM),
	/** Bucket, place, key, write timestamp. */
	REGISTER_PLACE("INSERT INTO %s.series_by_place (bucket, place, key) VALUES (?, ?, ?) USING TIMESTAMP ?",
			DefaultConsistencyLevel.QUORUM),
	/** Write timestamp, key. */
	REMOVE_KEY("DELETE FROM %s.series_by_key USING TIMESTAMP ? WHERE key = ?", DefaultConsistencyLevel.QUORUM),
	/** Write timestamp, bucket, place, key. */
	REMOVE_PLACE("DELETE FROM %s.series_by_place USING TIMESTAMP ? WHERE bucket = ? AND place = ? AND key = ?",
			DefaultConsistencyLevel.QUORUM),
	/** Write timestamp, next free place. */
	UPDATE_NEXT("UPDATE %s.sequence USING TIMESTAMP ? SET next = ? WHERE name = 'series'",
			DefaultConsistencyLevel.QUORUM),
	/** Nothing: the time of the node that answers, in milliseconds since 1970. */
	SELECT_NOW("SELECT toUnixTimestamp(now()) FROM system.local"),

	/** Nothing. It writes a row that is never read. */
	PROBE("INSERT INTO %s.sequence (name, next) VALUES ('probe', 0)");

	/** How many rows a page has, of some 100 bytes each. */
	public static final int PAGE_SIZE = 1_000;

	private final String text;

	private final int pageSize;

	/** How many nodes have to answer, or {@code null} for as many as are configured. */
	private final @Nullable DefaultConsistencyLevel consistency;

	Query(String text) {
		this(text, PAGE_SIZE, null);
	}

	Query(String text, int pageSize) {
		this(text, pageSize, null);
	}

	Query(String text, DefaultConsistencyLevel consistency) {
		this(text, PAGE_SIZE, consistency);
	}

	Query(String text, int pageSize, @Nullable DefaultConsistencyLevel consistency) {
		this.text = text;
		this.pageSize = pageSize;
		this.consistency = consistency;
	}

	// The driver sends other statements a second time if the answer is late. A second
	// transaction would compete with the first.
	private boolean isTransaction() {
		return switch (this) {
			case INSERT_KEY, DELETE_KEY, ADVANCE, BEGIN, BEGIN_SWEEP, INSERT_FORMAT, BEGIN_LOG, APPEND_ENTRY -> true;
			default -> false;
		};
	}

	/**
	 * Returns the statement, to be prepared. Its settings hold for each bound statement
	 * that is made from it.
	 * @param keyspace the keyspace of the tables
	 * @return the statement
	 */
	public SimpleStatement in(CqlIdentifier keyspace) {
		return SimpleStatement.newInstance(this.text.formatted(keyspace.asCql(true)))
			.setPageSize(this.pageSize)
			.setConsistencyLevel(this.consistency)
			.setIdempotent(!isTransaction());
	}

}
