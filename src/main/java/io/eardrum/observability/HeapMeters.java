package io.eardrum.observability;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;

/**
 * Shows how much of the heap budget is reserved, and for which use.
 */
final class HeapMeters implements MeterBinder {

	private static final String USE = "use";

	private final HeapBudget budget;

	HeapMeters(HeapBudget budget) {
		this.budget = budget;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Gauges.of("eardrum.heap.limit", this.budget, HeapBudget::totalBytes)
			.baseUnit("bytes")
			.description("How much of the heap may be reserved in all")
			.register(registry);
		for (HeapUse use : HeapUse.values()) {
			HeapShare share = this.budget.share(use);
			Gauges.of("eardrum.heap.reserved", share, HeapShare::usedBytes)
				.baseUnit("bytes")
				.tag(USE, use.label())
				.description("How much of the heap is reserved for a use")
				.register(registry);
			Gauges.of("eardrum.heap.max", share, HeapShare::maxBytes)
				.baseUnit("bytes")
				.tag(USE, use.label())
				.description("How much of the heap a use may reserve")
				.register(registry);
			FunctionCounter.builder("eardrum.heap.refusals", share, HeapShare::refusals)
				.tag(USE, use.label())
				.description("Requests that were refused because the heap has no room for them")
				.register(registry);
		}
	}

}
