package io.eardrum.cli.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import org.jspecify.annotations.Nullable;

import io.eardrum.cli.transfer.LineSource;
import io.eardrum.cli.transfer.PointReader;
import io.eardrum.cli.transfer.PointRecord;

/**
 * Reads CSV (RFC 4180) with a header. Empty lines are skipped.
 */
final class CsvPointReader implements PointReader {

	/** More than fit into a record. */
	private static final int MAX_FIELDS = 1 << 20;

	private final CsvColumns.Options options;

	private final Times times;

	private final Keys keys;

	private @Nullable CsvFeed feed;

	private @Nullable Iterator<CsvRecord> parser;

	private @Nullable CsvColumns columns;

	CsvPointReader(CsvColumns.Options options, Times times, Keys keys) {
		this.options = options;
		this.times = times;
		this.keys = keys;
	}

	@Override
	public boolean next(LineSource lines, PointRecord record) throws IOException {
		CsvFeed text = this.feed;
		if (text == null) {
			text = new CsvFeed(lines);
			this.feed = text;
		}
		long first = lines.lineNumber() + 1;
		if (!text.begin()) {
			return false;
		}
		try {
			List<String> fields = parse(text, lines, first);
			if (fields.size() != 1 || !fields.get(0).isEmpty()) {
				read(fields, record);
			}
		}
		catch (RejectedException ex) {
			if (this.columns == null) {
				throw new IOException("its header can't be read: " + ex.getMessage(), ex);
			}
			record.reject(lines.lineNumber() - first + 1, ex.getMessage());
		}
		return true;
	}

	private void read(List<String> fields, PointRecord record) throws IOException, RejectedException {
		if (this.columns == null) {
			this.columns = new CsvColumns(fields, this.options, this.times, this.keys, record);
		}
		else {
			this.columns.read(fields, record);
		}
	}

	private List<String> parse(CsvFeed text, LineSource lines, long first) throws IOException, RejectedException {
		Iterator<CsvRecord> records = this.parser;
		if (records == null) {
			records = parser(text);
		}
		// After an error, the parser's state is not that of the start of a record.
		this.parser = null;
		List<String> fields;
		try {
			fields = records.next().getFields();
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
		catch (CsvParseException ex) {
			throw new RejectedException("text follows a closing quotation mark");
		}
		if (text.isUnclosed()) {
			throw new RejectedException(LineText.unclosed(first, lines.lineNumber()));
		}
		this.parser = records;
		String problem = text.problem();
		if (problem != null) {
			throw new RejectedException(problem);
		}
		return fields;
	}

	private Iterator<CsvRecord> parser(CsvFeed text) {
		return CsvReader.builder()
			.fieldSeparator(this.options.delimiter())
			.skipEmptyLines(false)
			.extraFieldStrategy(FieldMismatchStrategy.IGNORE)
			.missingFieldStrategy(FieldMismatchStrategy.IGNORE)
			.build(CsvRecordHandler.of((handler) -> handler.maxFields(MAX_FIELDS)), text)
			.iterator();
	}

}
