package io.eardrum.cli.format;

import java.io.IOException;

import io.eardrum.cli.transfer.LineSource;
import io.eardrum.cli.transfer.PointReader;
import io.eardrum.cli.transfer.PointRecord;

/**
 * Reads what Prometheus scrapes: {@code name{label="value"} value time}. Labels become
 * tags. Comments are skipped, and so are the exemplars of OpenMetrics.
 */
final class PrometheusReader implements PointReader {

	private final PrometheusLine parser;

	PrometheusReader(Times times, Keys keys) {
		this.parser = new PrometheusLine(times, keys);
	}

	@Override
	public boolean next(LineSource lines, PointRecord record) throws IOException {
		if (!lines.next()) {
			return false;
		}
		try {
			String text = LineText.of(lines).strip();
			if (!text.isEmpty() && text.charAt(0) != '#') {
				record.add(this.parser.read(text));
			}
		}
		catch (RejectedException ex) {
			record.reject(ex.getMessage());
		}
		return true;
	}

}
