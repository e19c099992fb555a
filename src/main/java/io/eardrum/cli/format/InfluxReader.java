package io.eardrum.cli.format;

import java.io.IOException;

import io.eardrum.cli.transfer.LineSource;
import io.eardrum.cli.transfer.PointReader;
import io.eardrum.cli.transfer.PointRecord;

/**
 * Reads Influx line protocol: {@code measurement,tag=value field=1,other=2 time}. Each
 * field is a series, {@code measurement.field;tag=value}. A line goes on in the next one
 * within the quotation marks of a text.
 */
final class InfluxReader implements PointReader {

	private final InfluxLine parser;

	InfluxReader(Times times, Keys keys) {
		this.parser = new InfluxLine(times, keys);
	}

	@Override
	public boolean next(LineSource lines, PointRecord record) throws IOException {
		if (!lines.next()) {
			return false;
		}
		long first = lines.lineNumber();
		try {
			String text = text(lines, first);
			if (!text.isEmpty() && text.charAt(0) != '#') {
				this.parser.read(text, record);
			}
		}
		catch (RejectedException ex) {
			record.reject(lines.lineNumber() - first + 1, ex.getMessage());
		}
		return true;
	}

	private static String text(LineSource lines, long first) throws IOException, RejectedException {
		if (LineText.beginsWithByteOrderMark(lines)) {
			throw new RejectedException("begins with a byte order mark (U+FEFF)");
		}
		String text = LineText.of(lines).strip();
		while (InfluxLine.isOpen(text)) {
			if (text.length() > LineText.MAX_CONTINUED || !lines.next()) {
				throw new RejectedException(LineText.unclosed(first, lines.lineNumber()));
			}
			text = text + "\n" + LineText.of(lines).stripTrailing();
		}
		return text;
	}

}
