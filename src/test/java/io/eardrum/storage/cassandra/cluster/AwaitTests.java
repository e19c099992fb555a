package io.eardrum.storage.cassandra.cluster;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.junit.jupiter.api.Test;

import io.eardrum.storage.StorageException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link Await}.
 */
class AwaitTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@Test
	void resultIsReturned() {
		assertThat(Await.of(CompletableFuture.completedStage("result"), PATIENCE)).isEqualTo("result");
	}

	@Test
	void failureIsToldWithItsReason() {
		IllegalStateException reason = new IllegalStateException("the node is on fire");
		assertThatThrownBy(() -> Await.of(CompletableFuture.failedStage(reason), PATIENCE))
			.isInstanceOf(StorageException.class)
			.hasMessage("the node is on fire")
			.hasCause(reason);
	}

	@Test
	void silenceIsNotWaitedForForEver() {
		assertThatThrownBy(() -> Await.of(new CompletableFuture<>(), Duration.ofMillis(1)))
			.isInstanceOf(StorageException.class)
			.hasMessageContaining("no answer");
	}

	@Test
	void lackOfMemoryIsNoFailureOfTheCluster() {
		OutOfMemoryError error = new OutOfMemoryError("Java heap space");
		assertThatThrownBy(() -> Await
			.of(CompletableFuture.failedStage(new IllegalStateException(new CompletionException(error))), PATIENCE))
			.isSameAs(error);
	}

}
