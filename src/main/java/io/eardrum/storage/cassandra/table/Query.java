package io.eardrum.storage.cassandra.table;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;

/**
 * The statements that are sent to the cluster once the tables are there.
 */
public enum Query {

	/** Key, bucket, timestamp, value. */
	INSERT_POINT("INSERT INTO %s.points (key, bucket, timestamp, value) VALUES (?, ?, ?, ?)"),

	/** The same, and how many seconds the point is to live. */
	INSERT_EXPIRING_POINT("INSERT INTO %s.points (key, bucket, timestamp, value) VALUES (?, ?, ?, ?) USING TTL ?"),

	/** Key, bucket, how many seconds it is to live or 0. */
	INSERT_BUCKET("INSERT INTO %s.buckets (key, bucket) VALUES (?, ?) USING TTL ?"),

	/** Key, first bucket, last bucket: the buckets, ascending. */
	SELECT_BUCKETS("SELECT bucket FROM %s.buckets WHERE key = ? AND bucket >= ? AND bucket <= ? ORDER BY bucket ASC"),

	/**
	 * Key, first bucket, last bucket: the buckets, descending. The first one is nearly
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

	/** Key: its place. */
	SELECT_PLACE("SELECT place FROM %s.series_by_key WHERE key = ?"),

	/** Key, place: whether it was applied, and if not, the place that the key has. */
	INSERT_KEY("INSERT INTO %s.series_by_key (key, place) VALUES (?, ?) IF NOT EXISTS"),

	/** Bucket, place, key. */
	INSERT_PLACE("INSERT INTO %s.series_by_place (bucket, place, key) VALUES (?, ?, ?)"),

	/** Bucket: the keys, in the order of their places. */
	SELECT_KEYS("SELECT key FROM %s.series_by_place WHERE bucket = ?"),

	/** Bucket: how many keys there are. */
	COUNT_KEYS("SELECT count(*) FROM %s.series_by_place WHERE bucket = ?"),

	/** The next place that is free. */
	SELECT_NEXT("SELECT next FROM %s.sequence WHERE name = 'series'"),

	/** The next place that is to be free, and the one that is now. */
	ADVANCE("UPDATE %s.sequence SET next = ? WHERE name = 'series' IF next = ?"),

	/** The version of the tables. */
	SELECT_FORMAT("SELECT next FROM %s.sequence WHERE name = 'format'"),

	/** Begins the sequence. */
	BEGIN("INSERT INTO %s.sequence (name, next) VALUES ('series', 0) IF NOT EXISTS"),

	/**
	 * The version of the tables that is to be noted: whether it was, and if not, the one
	 * there is.
	 */
	INSERT_FORMAT("INSERT INTO %s.sequence (name, next) VALUES ('format', ?) IF NOT EXISTS"),

	/** What time it is for the node that answers, in milliseconds since 1970. */
	SELECT_NOW("SELECT toUnixTimestamp(now()) FROM system.local"),

	/** Writes something that is never read. */
	PROBE("INSERT INTO %s.sequence (name, next) VALUES ('probe', 0)");

	/** How many rows come at once, of some 100 bytes each. */
	public static final int PAGE_SIZE = 1_000;

	private final String text;

	private final int pageSize;

	Query(String text) {
		this(text, PAGE_SIZE);
	}

	Query(String text, int pageSize) {
		this.text = text;
		this.pageSize = pageSize;
	}

	// The driver sends others a second time when the answer is late. Here that would get
	// into the way of the first time.
	private boolean isTransaction() {
		return switch (this) {
			case INSERT_KEY, ADVANCE, BEGIN, INSERT_FORMAT -> true;
			default -> false;
		};
	}

	/**
	 * Returns the statement, to be prepared. What it says about itself goes for each that
	 * is made of it.
	 * @param keyspace where the tables are
	 * @return the statement
	 */
	public SimpleStatement in(CqlIdentifier keyspace) {
		return SimpleStatement.newInstance(this.text.formatted(keyspace.asCql(true)))
			.setPageSize(this.pageSize)
			.setIdempotent(!isTransaction());
	}

}
