package io.eardrum.storage.cassandra.cluster;

import java.util.Map;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.eardrum.storage.cassandra.table.Query;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Schema} and {@link Query}.
 */
class SchemaTests {

	private static final CqlIdentifier KEYSPACE = CqlIdentifier.fromCql("metrics");

	@Test
	void fileHasAllTables() {
		assertThat(Schema.tables(KEYSPACE)).containsOnlyKeys("points", "buckets", "series_by_key", "series_by_place",
				"removed_series", "sequence", "registrations");
	}

	@Test
	void tablesAreMadeInTheKeyspace() {
		Schema.tables(KEYSPACE).forEach((name, statement) -> {
			assertThat(statement).startsWith("CREATE TABLE IF NOT EXISTS metrics." + name + " (");
			assertThat(statement).doesNotContain("--").doesNotContain(";");
		});
		assertThat(Schema.tables(CqlIdentifier.fromCql("\"Mixed\"")).get("points")).contains(" \"Mixed\".points (");
		assertThat(Schema.tables(CqlIdentifier.fromCql("\"a$1\"")).get("points")).contains(" \"a$1\".points (");
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SELECT_NOW")
	void queryNamesATableOfTheFile(Query query) {
		Map<String, String> tables = Schema.tables(KEYSPACE);
		SimpleStatement statement = query.in(KEYSPACE);
		assertThat(tables.keySet()).anyMatch((name) -> statement.getQuery().contains(" metrics." + name + " "));
	}

	@ParameterizedTest
	@EnumSource
	void onlyTransactionsAreNotSentTwice(Query query) {
		SimpleStatement statement = query.in(KEYSPACE);
		boolean transaction = statement.getQuery().contains(" IF ");
		assertThat(statement.isIdempotent()).isEqualTo(!transaction);
	}

}
