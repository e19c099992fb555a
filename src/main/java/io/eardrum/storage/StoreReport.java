package io.eardrum.storage;

import java.util.List;

/**
 * The result of a check of a store that no server uses.
 *
 * @param whole whether nothing is damaged
 * @param lines the report, line by line
 */
public record StoreReport(boolean whole, List<String> lines) {

	public StoreReport {
		lines = List.copyOf(lines);
	}

}
