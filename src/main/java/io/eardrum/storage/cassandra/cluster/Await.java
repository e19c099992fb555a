package io.eardrum.storage.cassandra.cluster;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.eardrum.storage.StorageException;

/**
 * Waits for what the driver does while it connects, where there is nothing else to do.
 */
final class Await {

	private Await() {
	}

	/**
	 * Waits for a result.
	 * @param <T> its type
	 * @param stage what it comes from
	 * @param patience how long to wait
	 * @return the result
	 * @throws StorageException if it fails, or doesn't come in time
	 */
	static <T> T of(CompletionStage<T> stage, Duration patience) {
		try {
			return stage.toCompletableFuture().get(patience.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new StorageException("It was interrupted", ex);
		}
		catch (TimeoutException ex) {
			throw new StorageException("There was no answer within " + patience.toSeconds() + " seconds", ex);
		}
		catch (ExecutionException ex) {
			DriverErrors.throwIfOutOfMemory(ex);
			throw new StorageException(DriverErrors.describe(ex.getCause()), ex.getCause());
		}
	}

}
