package io.eardrum.storage;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The state of a store at one moment.
 *
 * @param engine the name of the engine, as in the configuration
 * @param writable whether points can be put now
 * @param problem why points can't be put, or {@code null} if they can
 * @param details what else an operator may want to know, by name
 */
public record StorageStatus(String engine, boolean writable, @Nullable String problem, Map<String, Object> details) {

	public StorageStatus {
		details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
	}

}
