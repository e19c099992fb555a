package io.eardrum.observability;

import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Gauge;

/**
 * Makes gauges. If a gauge fails, Micrometer only logs a line the first time and goes on.
 * That is not enough if memory has run out, because then the process has to end.
 */
final class Gauges {

	private Gauges() {
	}

	/**
	 * Describes a gauge.
	 * @param <T> the type of the object
	 * @param name its name
	 * @param object the object that it shows, held weakly
	 * @param value returns the value from the object
	 * @return its builder
	 */
	static <T> Gauge.Builder<T> of(String name, T object, ToDoubleFunction<T> value) {
		return Gauge.builder(name, object, (source) -> {
			try {
				return value.applyAsDouble(source);
			}
			catch (OutOfMemoryError ex) {
				Thread current = Thread.currentThread();
				current.getUncaughtExceptionHandler().uncaughtException(current, ex);
				throw ex;
			}
		});
	}

}
