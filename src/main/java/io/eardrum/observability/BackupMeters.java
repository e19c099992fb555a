package io.eardrum.observability;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import io.eardrum.storage.BackupObserver;

/**
 * Counts backups that were made and backups that were not. All meters exist from the
 * start. Safe for any number of threads.
 */
final class BackupMeters implements BackupObserver {

	private final Counter made;

	private final Map<Refusal, Counter> refused;

	BackupMeters(MeterRegistry registry) {
		this.made = Counter.builder("eardrum.backups.made").description("Backups that were made").register(registry);
		this.refused = Counters.byReason(registry, "eardrum.backups.refused", "Backups that were not made",
				Refusal.class, EnumSet.allOf(Refusal.class));
	}

	@Override
	public void made() {
		this.made.increment();
	}

	@Override
	public void refused(Refusal reason, Duration retryAfter) {
		Counters.add(this.refused.get(reason), 1);
	}

}
