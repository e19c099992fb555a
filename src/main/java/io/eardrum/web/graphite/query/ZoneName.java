package io.eardrum.web.graphite.query;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds time zones by the names of the tz database, in upper or lower case.
 */
public final class ZoneName {

	/** The names that Java leaves out, or takes for something else. */
	private static final Map<String, String> OTHERS = Map.of("EST", "-05:00", "MST", "-07:00", "HST", "-10:00", "ROC",
			"Asia/Taipei");

	private ZoneName() {
	}

	/**
	 * Finds a time zone.
	 * @param name its name, such as {@code Europe/Vienna} or {@code utc}; or an offset,
	 * such as {@code +02:00}
	 * @return the zone
	 * @throws DateTimeException if there is no such zone
	 */
	public static ZoneId zone(String name) {
		return ZoneId.of(Holder.NAMES.getOrDefault(name, name));
	}

	private static final class Holder {

		static final Map<String, String> NAMES = names();

		private static Map<String, String> names() {
			Map<String, String> names = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
			ZoneId.getAvailableZoneIds().forEach((name) -> names.put(name, name));
			names.putAll(OTHERS);
			return Collections.unmodifiableMap(names);
		}

	}

}
