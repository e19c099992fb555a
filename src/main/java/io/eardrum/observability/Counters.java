package io.eardrum.observability;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Makes and advances the counters of all ports.
 */
final class Counters {

	private Counters() {
	}

	/**
	 * Makes a counter for each of some reasons, labelled with the reason.
	 * @param <E> the type of the reasons
	 * @param registry the registry for them
	 * @param name their name
	 * @param description what they count
	 * @param type the type of the reasons
	 * @param reasons the reasons
	 * @param tags the names and values of other labels, alternating
	 * @return the counters
	 */
	static <E extends Enum<E>> Map<E, Counter> byReason(MeterRegistry registry, String name, String description,
			Class<E> type, Set<E> reasons, String... tags) {
		Map<E, Counter> counters = new EnumMap<>(type);
		for (E reason : reasons) {
			counters.put(reason,
					Counter.builder(name)
						.description(description)
						.tags(tags)
						.tag("reason", label(reason))
						.register(registry));
		}
		return counters;
	}

	static void add(@Nullable Counter counter, long amount) {
		if (counter != null && amount > 0) {
			counter.increment((double) amount);
		}
	}

	static String label(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

}
