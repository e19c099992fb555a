package io.eardrum.cli.format;

import java.io.IOException;

import io.eardrum.cli.transfer.LineSource;
import io.eardrum.cli.transfer.PointReader;
import io.eardrum.cli.transfer.PointRecord;
import io.eardrum.metric.KeyedPoint;

/**
 * Reads the lines of the protocol, of an export, and of Graphite: see {@link PointLine}.
 */
public final class TextReader implements PointReader {

	private final PointLine point = new PointLine();

	private boolean markTold;

	/** Whether a line has been read that is not skipped. */
	private boolean begun;

	@Override
	public boolean next(LineSource lines, PointRecord record) throws IOException {
		if (!lines.next()) {
			return false;
		}
		if (!this.markTold && LineText.beginsWithByteOrderMark(lines)) {
			this.markTold = true;
			record.note("begins with a byte order mark (U+FEFF), which counts as part of its key; further such lines "
					+ "are not reported");
		}
		PointLine.Kind kind = this.point.read(lines.bytes(), lines.lineStart(), lines.lineEnd());
		if (!lines.isWhole()) {
			record.reject(lines.incompleteness());
		}
		else if (kind == PointLine.Kind.POINT) {
			record.add(KeyedPoint.of(this.point.key(), this.point.value()).at(this.point.timestamp()));
		}
		else if (kind != PointLine.Kind.IGNORED) {
			record.reject(kind.problem());
			String format = this.begun ? null : ImportFormat.guess(lines);
			if (format != null) {
				record.note("looks like what " + format + " reads, which was not given");
			}
		}
		this.begun |= kind != PointLine.Kind.IGNORED;
		return true;
	}

}
