package io.eardrum.web.graphite;

import io.eardrum.web.graphite.series.ValueBudget;
import io.eardrum.web.http.admission.RequestMemory;

/**
 * The memory of an HTTP request.
 *
 * @param memory what the request has reserved
 */
record QueryMemory(RequestMemory memory) implements ValueBudget.Memory {

	@Override
	public void reserve(long bytes) {
		this.memory.reserve(bytes);
	}

	@Override
	public void release(long bytes) {
		this.memory.release(bytes);
	}

}
