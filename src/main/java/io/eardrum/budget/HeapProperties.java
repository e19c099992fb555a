package io.eardrum.budget;

import java.util.EnumMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DataSizeUnit;
import org.springframework.util.unit.DataSize;
import org.springframework.util.unit.DataUnit;

/**
 * The configuration of the heap budget: how much may be reserved in total, and by each
 * use.
 *
 * @param total by all uses together, 16MB to nine tenths of the heap; by default 65 % of
 * the heap, or less if that would leave less than 80 MB
 * @param series by the series that the store knows; by default a third of the heap
 * @param points by points that are not yet in chunks; by default a quarter of the heap
 * @param checkpoint by the checkpoint that writes them to disk; by default 6 % of the
 * heap
 * @param snapshots by copies of such points for reads; by default an eighth of the heap
 * @param replies by replies that clients have not taken; by default an eighth of the heap
 * @param frames by frames that have not been answered; by default an eighth of the heap
 * @param connections by unfinished lines and TLS records; by default an eighth of the
 * heap
 * @param bodies by bodies of HTTP requests; by default an eighth of the heap
 * @param queries by requests for data; by default a quarter of the heap
 */
@ConfigurationProperties(prefix = "eardrum.heap", ignoreUnknownFields = false)
record HeapProperties(@Nullable @DataSizeUnit(DataUnit.MEGABYTES) DataSize total,
		@Nullable @DataSizeUnit(DataUnit.MEGABYTES) DataSize series,
		@Nullable @DataSizeUnit(DataUnit.MEGABYTES) DataSize points,
		@Nullable @DataSizeUnit(DataUnit.MEGABYTES) DataSize checkpoint,
		@Nullable @DataSizeUnit(DataUnit.MEGABYTES) DataSize snapshots,
		@Nullable @DataSizeUnit(DataUnit.MEGABYTES) DataSize replies,
		@Nullable @DataSizeUnit(DataUnit.MEGABYTES) DataSize frames,
		@Nullable @DataSizeUnit(DataUnit.MEGABYTES) DataSize connections,
		@Nullable @DataSizeUnit(DataUnit.MEGABYTES) DataSize bodies,
		@Nullable @DataSizeUnit(DataUnit.MEGABYTES) DataSize queries) {

	private static final DataSize MIN_TOTAL = DataSize.ofMegabytes(16);

	private static final DataSize MIN_SHARE = DataSize.ofMegabytes(1);

	HeapProperties {
		if (total != null) {
			long most = Runtime.getRuntime().maxMemory() / 10 * 9;
			if (total.compareTo(MIN_TOTAL) < 0 || total.toBytes() > most) {
				throw new InvalidConfigurationPropertyValueException("eardrum.heap.total", total,
						"It must be from 16MB to nine tenths of the heap, " + (most >> 20) + "MB.");
			}
		}
		check(HeapUse.SERIES, series);
		check(HeapUse.POINTS, points);
		check(HeapUse.CHECKPOINT, checkpoint);
		check(HeapUse.SNAPSHOTS, snapshots);
		check(HeapUse.REPLIES, replies);
		check(HeapUse.FRAMES, frames);
		check(HeapUse.CONNECTIONS, connections);
		check(HeapUse.BODIES, bodies);
		check(HeapUse.QUERIES, queries);
	}

	private static void check(HeapUse use, @Nullable DataSize max) {
		if (max != null && max.compareTo(MIN_SHARE) < 0) {
			throw new InvalidConfigurationPropertyValueException("eardrum.heap." + use.label(), max,
					"It must be 1MB or more.");
		}
	}

	/**
	 * Returns the budget with these limits.
	 * @return a new budget
	 */
	HeapBudget budget() {
		long heap = Runtime.getRuntime().maxMemory();
		long totalBytes = (this.total != null) ? this.total.toBytes() : HeapBudget.defaultTotalBytes(heap);
		Map<HeapUse, Long> maxBytes = new EnumMap<>(HeapUse.class);
		for (HeapUse use : HeapUse.values()) {
			DataSize max = max(use);
			if (max != null) {
				if (max.toBytes() > totalBytes) {
					throw new InvalidConfigurationPropertyValueException("eardrum.heap." + use.label(), max,
							"It must be at most eardrum.heap.total, " + (totalBytes >> 20) + "MB.");
				}
				maxBytes.put(use, max.toBytes());
			}
		}
		return new HeapBudget(heap, totalBytes, maxBytes);
	}

	private @Nullable DataSize max(HeapUse use) {
		return switch (use) {
			case SERIES -> this.series;
			case POINTS -> this.points;
			case CHECKPOINT -> this.checkpoint;
			case SNAPSHOTS -> this.snapshots;
			case REPLIES -> this.replies;
			case FRAMES -> this.frames;
			case CONNECTIONS -> this.connections;
			case BODIES -> this.bodies;
			case QUERIES -> this.queries;
		};
	}

}
