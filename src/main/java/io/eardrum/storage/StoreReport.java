package io.eardrum.storage;

import java.util.List;

/**
 * What a check of a store at rest found.
 *
 * @param whole whether nothing is damaged
 * @param lines what there is to say about it, line by line
 */
public record StoreReport(boolean whole, List<String> lines) {

	public StoreReport {
		lines = List.copyOf(lines);
	}

}
