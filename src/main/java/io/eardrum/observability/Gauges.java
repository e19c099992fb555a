package io.eardrum.observability;

import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Gauge;

/**
 * Makes gauges. Micrometer keeps to itself what goes wrong with one, but for a line in
 * the log at its first time; that memory has run out is more than one gauge's affair.
 */
final class Gauges {

	private Gauges() {
	}

	/**
	 * Describes a gauge.
	 * @param <T> the type of the object
	 * @param name its name
	 * @param object what it looks at, held weakly
	 * @param value gets the value of it
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
