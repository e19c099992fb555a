package io.eardrum.suite.damage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.DamagedStore;

/**
 * Opens stores in this process. Any number of threads may, each its own store.
 */
final class RepositoryOpener implements StoreOpener {

	private static final long PATIENCE_SECONDS = 30;

	/** RocksDB may read a damaged file for ever, and nothing ends it. */
	private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "opens-a-store");
		thread.setDaemon(true);
		return thread;
	});

	@Override
	@SuppressWarnings("resource") // Closed by who opens it.
	public OpenStore open(Path directory, String fsync, boolean recoverTail)
			throws RefusedException, HangsException, IOException {
		Future<DamagedStore> store = this.threads.submit(() -> new DamagedStore(directory, fsync, recoverTail));
		try {
			return new OpenRepository(store.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof Error error) {
				throw error;
			}
			throw new RefusedException(DamagedStore.message(ex.getCause()));
		}
		catch (TimeoutException ex) {
			throw new HangsException("it is not open after " + PATIENCE_SECONDS + " s, and was not refused");
		}
		catch (InterruptedException ex) {
			throw new IOException(ex);
		}
	}

	/**
	 * An open store.
	 *
	 * @param store the store
	 */
	private record OpenRepository(DamagedStore store) implements OpenStore {

		@Override
		public Contents read() throws IOException {
			DurableMetricRepository repository = this.store.repository();
			Map<String, Map<Long, Double>> rows = new HashMap<>();
			try {
				repository.readAll(TimeRange.ALL, into(rows));
				return new Contents(rows, Set.of(), null);
			}
			catch (StorageException ex) {
				return readEach(repository, DamagedStore.message(ex));
			}
		}

		private static Contents readEach(DurableMetricRepository repository, String failure) throws IOException {
			Map<String, Map<Long, Double>> rows = new HashMap<>();
			Set<String> unreadable = new HashSet<>();
			List<SeriesKey> keys = new ArrayList<>();
			repository.forEachKey(keys::add);
			for (SeriesKey key : keys) {
				Map<String, Map<Long, Double>> one = new HashMap<>();
				try {
					repository.read(key, TimeRange.ALL, into(one));
					rows.putAll(one);
				}
				catch (StorageException ex) {
					unreadable.add(key.toString());
				}
			}
			return new Contents(rows, unreadable, failure);
		}

		private static PointSink into(Map<String, Map<Long, Double>> rows) {
			return (key, timestamps, values, from, to) -> {
				Map<Long, Double> points = rows.computeIfAbsent(key.toString(), (unused) -> new TreeMap<>());
				for (int i = from; i < to; i++) {
					points.put(timestamps[i], values[i]);
				}
			};
		}

		@Override
		public @Nullable String put(PointBatch batch) {
			try {
				this.store.repository().put(batch);
				return null;
			}
			catch (StorageException ex) {
				return DamagedStore.message(ex);
			}
		}

		@Override
		public void close() {
			this.store.close();
		}

	}

}
