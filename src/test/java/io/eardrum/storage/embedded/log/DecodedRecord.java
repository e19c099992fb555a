package io.eardrum.storage.embedded.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.eardrum.storage.embedded.codec.ByteReader;

/**
 * What a record of the log has.
 */
final class DecodedRecord implements PutRecord.Target {

	private final List<Entry> entries = new ArrayList<>();

	static List<Entry> of(byte[] bytes, int length) {
		ByteReader reader = new ByteReader();
		reader.reset(Arrays.copyOf(bytes, length + ByteReader.SLACK), length);
		DecodedRecord decoded = new DecodedRecord();
		PutRecord.decode(reader, decoded);
		return decoded.entries;
	}

	@Override
	public void accept(int series, long timestamp, double value) {
		this.entries.add(new LoggedPoint(series, timestamp, Double.doubleToRawLongBits(value)));
	}

	@Override
	public void delete(int series, long from, long to, boolean removed) {
		this.entries.add(new LoggedDeletion(series, from, to, removed));
	}

	sealed interface Entry permits LoggedPoint, LoggedDeletion {

	}

	record LoggedPoint(int series, long timestamp, long bits) implements Entry {
	}

	record LoggedDeletion(int series, long from, long to, boolean removed) implements Entry {
	}

}
