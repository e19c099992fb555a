package io.eardrum.server;

import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageStatus;

/**
 * Stands between the server and its store. Before each write, and before each read of a
 * series, it does what a test wants.
 */
public final class InterceptedStorage implements BeanPostProcessor {

	private volatile Consumer<PointBatch> beforePut = (batch) -> {
	};

	private volatile Consumer<SeriesKey> beforeRead = (key) -> {
	};

	private volatile Consumer<SeriesKey> afterRead = (key) -> {
	};

	private volatile @Nullable String problem;

	private volatile @Nullable MetricRepository store;

	/**
	 * Sets what happens before a batch of points goes to the store.
	 * @param action may throw a {@link StorageException}, or block
	 */
	public void beforePut(Consumer<PointBatch> action) {
		this.beforePut = action;
	}

	/**
	 * Sets what happens before the points of a series are read.
	 * @param action may throw a {@link StorageException}, or block
	 */
	public void beforeRead(Consumer<SeriesKey> action) {
		this.beforeRead = action;
	}

	/**
	 * Sets what happens once all points of a series have been passed on.
	 * @param action may throw a {@link StorageException}, or block
	 */
	public void afterRead(Consumer<SeriesKey> action) {
		this.afterRead = action;
	}

	/**
	 * Makes the store report that it takes no points.
	 * @param reason why
	 */
	public void takesNoPoints(String reason) {
		this.problem = reason;
	}

	public MetricRepository store() {
		return Objects.requireNonNull(this.store);
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof MetricRepository repository) {
			this.store = repository;
			return new Interceptor(repository);
		}
		return bean;
	}

	private final class Interceptor implements MetricRepository {

		private final MetricRepository delegate;

		private Interceptor(MetricRepository delegate) {
			this.delegate = delegate;
		}

		@Override
		public void put(PointBatch batch) {
			InterceptedStorage.this.beforePut.accept(batch);
			this.delegate.put(batch);
		}

		@Override
		public void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException {
			InterceptedStorage.this.beforeRead.accept(key);
			this.delegate.read(key, range, sink);
			InterceptedStorage.this.afterRead.accept(key);
		}

		@Override
		public void readAll(TimeRange range, PointSink sink) throws IOException {
			this.delegate.readAll(range, sink);
		}

		@Override
		public void forEachKey(Consumer<SeriesKey> consumer) {
			this.delegate.forEachKey(consumer);
		}

		@Override
		public @Nullable Point last(SeriesKey key) {
			return this.delegate.last(key);
		}

		@Override
		public long seriesCount() {
			return this.delegate.seriesCount();
		}

		@Override
		public StorageStatus status() {
			StorageStatus status = this.delegate.status();
			String reason = InterceptedStorage.this.problem;
			return (reason != null) ? new StorageStatus(status.engine(), false, reason, status.details()) : status;
		}

	}

}
