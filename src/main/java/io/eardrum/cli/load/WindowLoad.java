package io.eardrum.cli.load;

import java.io.IOException;

/**
 * Puts a number of points in one write, waits for all replies, and does so again.
 */
final class WindowLoad implements Load {

	private final Connection connection;

	private final PutLines lines;

	private final int depth;

	WindowLoad(Connection connection, PutLines lines, int depth) {
		this.connection = connection;
		this.lines = lines;
		this.depth = depth;
	}

	@Override
	public void run(Measurement measurement) throws IOException {
		byte[] frame = new byte[this.depth * this.lines.lineLength()];
		long nowNanos;
		do {
			int length = this.lines.render(frame, this.depth);
			long sentNanos = System.nanoTime();
			this.connection.write(frame, length);
			int missing = this.depth;
			while (missing > 0) {
				missing -= this.connection.readReplies();
			}
			if (missing < 0) {
				throw new IOException(-missing + " replies too many");
			}
			nowNanos = System.nanoTime();
			measurement.acknowledged(this.depth, nowNanos);
			measurement.roundTrip(sentNanos, nowNanos);
		}
		while (!measurement.isOver(nowNanos));
	}

}
