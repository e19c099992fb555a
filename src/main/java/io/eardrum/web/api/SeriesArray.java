package io.eardrum.web.api;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;
import io.eardrum.metric.SeriesKey;
import io.eardrum.web.http.TextReply;

/**
 * The array of series in a reply, one in a line. Used by one thread.
 */
final class SeriesArray {

	private final TextReply text;

	private int count;

	/**
	 * Begins the object with the array.
	 * @param text the reply
	 * @throws IOException if it can't be sent
	 */
	SeriesArray(TextReply text) throws IOException {
		this.text = text.ascii("{\"series\":[");
	}

	int count() {
		return this.count;
	}

	void addIfAny(SeriesKey key, @Nullable Point last) throws IOException {
		if (last != null) {
			add(key, last);
		}
	}

	void add(SeriesKey key, @Nullable Point last) throws IOException {
		begin(key);
		if (last != null) {
			this.text.ascii(",\"timestamp\":").integer(last.timestamp());
			this.text.ascii(",\"value\":").value(last.value()).ascii("}");
		}
		else {
			this.text.ascii(",\"timestamp\":null,\"value\":null}");
		}
	}

	void add(SeriesKey key, long points) throws IOException {
		begin(key);
		this.text.ascii(",\"points\":").integer(points).ascii("}");
	}

	private void begin(SeriesKey key) throws IOException {
		this.text.ascii((this.count == 0) ? "\n{\"key\":" : ",\n{\"key\":").jsonString(key);
		this.count++;
	}

	void end() throws IOException {
		this.text.ascii("]");
	}

}
