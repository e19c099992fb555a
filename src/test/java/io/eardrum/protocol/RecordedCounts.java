package io.eardrum.protocol;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Remembers what an observer was told.
 */
public final class RecordedCounts implements CommandObserver {

	private final Map<String, Long> counts = new TreeMap<>();

	@Override
	public void served(Command command, long count) {
		add(command + " ok", count);
	}

	@Override
	public void failed(Command command, ErrorReason reason, long count) {
		add(command + " " + reason, count);
	}

	@Override
	public void returned(long points) {
		add("points", points);
	}

	private void add(String name, long count) {
		if (count != 0) {
			this.counts.merge(name.toLowerCase(Locale.ROOT), count, Long::sum);
		}
	}

	/**
	 * Tells the sums of all that is not zero.
	 * @return the sums, by names such as {@code put bad_key}
	 */
	public Map<String, Long> all() {
		return this.counts;
	}

}
