package io.eardrum.storage.cassandra.cluster;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.eardrum.storage.StorageException;

/**
 * Waits for the driver while the server connects, when there is nothing else to do.
 */
final class Await {

	private Await() {
	}

	/**
	 * Waits for a result.
	 * @param <T> the type of the result
	 * @param stage the stage that has the result
	 * @param patience how long to wait
	 * @return the result
	 * @throws StorageException if the stage fails, or doesn't end in time
	 */
	static <T> T of(CompletionStage<T> stage, Duration patience) {
		try {
			return stage.toCompletableFuture().get(patience.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new StorageException("The wait for the cluster was interrupted", ex);
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
