package io.eardrum.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

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

	@Override
	@SuppressWarnings("resource") // Closed by who opens it.
	public OpenStore open(Path directory, String fsync, boolean recoverTail) throws RefusedException {
		try {
			return new OpenRepository(new DamagedStore(directory, fsync, recoverTail));
		}
		catch (RuntimeException ex) {
			throw new RefusedException(DamagedStore.message(ex));
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
