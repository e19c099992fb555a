package io.eardrum.storage.cassandra.series;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.cluster.ClusterSession;
import io.eardrum.storage.cassandra.request.Requests;
import io.eardrum.storage.cassandra.table.Buckets;
import io.eardrum.storage.cassandra.table.Query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link SeriesListing}.
 */
class SeriesListingTests {

	private final Requests requests = new Requests(1_000, Duration.ofSeconds(1), Duration.ofSeconds(5),
			ClusterObserver.NONE);

	private final ClusterSession session = mock(ClusterSession.class);

	@Test
	void listingThatCannotBeginGivesBackItsRoomAhead() {
		Row next = mock(Row.class);
		given(next.getLong(0)).willReturn(3L * Buckets.places());
		AsyncResultSet sequence = page(next);
		AsyncResultSet empty = page(null);
		given(this.session.send(Query.SELECT_NEXT)).willReturn(CompletableFuture.completedStage(sequence));
		// Two buckets are fetched ahead behind the first one, and the session ends
		// between
		// them.
		given(this.session.send(eq(Query.SELECT_KEYS), any(ByteBuffer.class))).willAnswer((invocation) -> {
			long bucket = invocation.<ByteBuffer>getArgument(1).getLong(0);
			if (bucket == 2) {
				throw new IllegalStateException("the session is closed");
			}
			return (bucket == 0) ? CompletableFuture.completedStage(empty) : new CompletableFuture<>();
		});
		for (int i = 0; i < 3; i++) {
			assertThatThrownBy(() -> new SeriesListing(this.session, this.requests))
				.isInstanceOf(StorageException.class)
				.hasMessageContaining("the session is closed");
		}
		int room = 0;
		while (this.requests.sendAhead(ClusterObserver.Request.READ,
				() -> CompletableFuture.completedStage("")) != null) {
			room++;
		}
		assertThat(room).isEqualTo(128);
	}

	private static AsyncResultSet page(@Nullable Row row) {
		AsyncResultSet page = mock(AsyncResultSet.class);
		given(page.one()).willReturn(row);
		return page;
	}

}
