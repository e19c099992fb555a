package io.eardrum.storage.cassandra.series;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.StorageException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link RegistrationEntry} and {@link RecentEntries}.
 */
class RegistrationEntryTests {

	private static final SeriesKey A = SeriesKey.of("a");

	private static final SeriesKey LONG = SeriesKey.of("ä".repeat(500));

	@Test
	void placesFollowThoseOfTheEntryBefore() {
		RegistrationEntry entry = RegistrationEntry.begin(100, 7).add(200, List.of(LONG, A));
		assertThat(entry.places()).isEqualTo(Map.of(LONG, 7L, A, 8L));
		assertThat(entry.next()).isEqualTo(9);
		assertThat(entry.previous()).isEqualTo(100);
		RegistrationEntry removal = entry.remove(300, Map.of(LONG, 7L));
		assertThat(removal.next()).isEqualTo(9);
		assertThat(removal.place(LONG)).isEqualTo(RegistrationEntry.NONE);
		assertThat(removal.place(A)).isEqualTo(RegistrationEntry.UNKNOWN);
	}

	@Test
	void cellHasTheSeriesInTheirOrder() {
		RegistrationEntry entry = RegistrationEntry.begin(100, 7).add(200, List.of(LONG, A, SeriesKey.of("0")));
		RegistrationEntry read = RegistrationEntry.of(200, 100, 10, entry.cell());
		assertThat(read).isEqualTo(entry);
		assertThat(read.places().keySet()).containsExactlyElementsOf(entry.places().keySet());
		RegistrationEntry removal = entry.remove(300, new LinkedHashMap<>(Map.of(A, 8L)));
		assertThat(RegistrationEntry.of(300, 200, 10, removal.cell())).isEqualTo(removal);
	}

	@Test
	void cellOfAnotherKindIsRefused() {
		assertThatThrownBy(() -> RegistrationEntry.of(1, 0, 0, ByteBuffer.wrap(new byte[] { 3 })))
			.isInstanceOf(StorageException.class);
		assertThatThrownBy(() -> RegistrationEntry.of(1, 0, 0, null)).isInstanceOf(StorageException.class);
	}

	@Test
	void entriesTellWhatBecameOfAKeySinceItsLookUp() {
		RecentEntries recent = new RecentEntries();
		assertThat(recent.place(A, 0)).isEqualTo(RegistrationEntry.UNKNOWN);
		RegistrationEntry begin = RegistrationEntry.begin(100, 0);
		RegistrationEntry added = begin.add(200, List.of(A));
		RegistrationEntry other = added.add(300, List.of(LONG));
		RegistrationEntry removed = other.remove(400, Map.of(A, 0L));
		List.of(begin, added, other).forEach(recent::add);
		assertThat(recent.place(A, 100)).isZero();
		assertThat(recent.place(A, 150)).isZero();
		assertThat(recent.place(SeriesKey.of("b"), 100)).isEqualTo(RegistrationEntry.NONE);
		assertThat(recent.place(SeriesKey.of("b"), 99)).isEqualTo(RegistrationEntry.NONE);
		assertThat(recent.place(SeriesKey.of("b"), 98)).isEqualTo(RegistrationEntry.UNKNOWN);
		assertThat(recent.place(SeriesKey.of("b"), 0)).isEqualTo(RegistrationEntry.UNKNOWN);
		// A look-up at 200 would have found it.
		assertThat(recent.place(A, 200)).isEqualTo(RegistrationEntry.NONE);
		recent.add(removed);
		assertThat(recent.place(A, 100)).isEqualTo(RegistrationEntry.NONE);
	}

	@Test
	void gapMakesWhatCameBeforeUnknown() {
		RecentEntries recent = new RecentEntries();
		RegistrationEntry begin = RegistrationEntry.begin(100, 0);
		recent.add(begin);
		RegistrationEntry late = begin.add(200, List.of(A)).add(300, List.of(LONG));
		recent.add(late);
		recent.add(late);
		assertThat(recent.last()).isEqualTo(late);
		assertThat(recent.place(A, 100)).isEqualTo(RegistrationEntry.UNKNOWN);
		assertThat(recent.place(LONG, 100)).isEqualTo(1);
		assertThat(recent.place(A, 200)).isEqualTo(RegistrationEntry.NONE);
	}

}
