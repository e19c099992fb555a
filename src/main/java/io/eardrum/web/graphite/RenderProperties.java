package io.eardrum.web.graphite;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;
import io.eardrum.web.graphite.series.ValueBudget;

/**
 * The limits for requests to Graphite's read API.
 *
 * @param maxSeries how many series one request may read
 * @param maxValues how many values all requests together may hold in memory, eight bytes
 * each; each series counts as 32 values more than it has; by default as many as fit into
 * eardrum.heap.queries
 */
@ConfigurationProperties(prefix = "eardrum.render", ignoreUnknownFields = false)
record RenderProperties(@DefaultValue("20000") int maxSeries, @Nullable Long maxValues) {

	private static final int MIN_VALUES = 10_000;

	RenderProperties {
		if (maxSeries < 1) {
			throw new InvalidConfigurationPropertyValueException("eardrum.render.max-series", maxSeries,
					"It must be 1 or more.");
		}
		if (maxValues != null && maxValues < MIN_VALUES) {
			throw new InvalidConfigurationPropertyValueException("eardrum.render.max-values", maxValues,
					"It must be " + MIN_VALUES + " or more.");
		}
	}

	ValueBudget budget(HeapBudget heap) {
		return new ValueBudget((this.maxValues != null) ? this.maxValues : Long.MAX_VALUE,
				heap.share(HeapUse.QUERIES).maxBytes() / Double.BYTES);
	}

}
