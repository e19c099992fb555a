package io.eardrum.cli.terminal;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A line at the bottom of the terminal that shows how far something has come.
 */
public final class ProgressBar {

	private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private static final int WIDTH = 24;

	private final PrintStream out;

	private final boolean shown;

	private final long totalBytes;

	private final long startNanos = System.nanoTime();

	private long nextNanos = this.startNanos;

	/**
	 * Prepares a bar.
	 * @param out where it is printed
	 * @param shown whether to show it, which makes sense only for a person
	 * @param totalBytes how many bytes there are to read; 0 if it is not known
	 */
	public ProgressBar(PrintStream out, boolean shown, long totalBytes) {
		this.out = out;
		this.shown = shown;
		this.totalBytes = totalBytes;
	}

	/**
	 * Returns whether to show the bar now. It is shown at most five times a second.
	 * @return whether to show it
	 */
	public boolean isDue() {
		return this.shown && System.nanoTime() - this.nextNanos >= 0;
	}

	/**
	 * Shows how many points there have been, and how many a second.
	 * @param points the number of points
	 * @param bytes how many bytes have been read
	 */
	public void show(long points, long bytes) {
		double seconds = Math.max(1e-3, (System.nanoTime() - this.startNanos) / 1e9);
		show(String.format(Locale.ROOT, "%,d points, %,.0f/s", points, points / seconds), bytes);
	}

	/**
	 * Shows how far it has come.
	 * @param text what is being done
	 * @param bytes how many bytes have been read
	 */
	public void show(String text, long bytes) {
		this.nextNanos = System.nanoTime() + INTERVAL_NANOS;
		double seconds = Math.max(1e-3, (System.nanoTime() - this.startNanos) / 1e9);
		StringBuilder line = new StringBuilder("\r");
		if (this.totalBytes > 0) {
			double share = Math.min(1, (double) bytes / this.totalBytes);
			int filled = (int) (share * WIDTH);
			line.append('[').append("#".repeat(filled)).append(".".repeat(WIDTH - filled)).append(']');
			line.append(String.format(Locale.ROOT, " %3.0f%%", share * 100));
			if (share > 0) {
				long left = Math.round(seconds / share - seconds);
				line.append(String.format(Locale.ROOT, " %d:%02d left", left / 60, left % 60));
			}
		}
		line.append(' ').append(text).append("\u001b[K");
		this.out.print(line);
		this.out.flush();
	}

	/**
	 * Removes the bar from the terminal, so that other text may follow.
	 */
	public void clear() {
		if (this.shown) {
			this.out.print("\r\u001b[K");
			this.out.flush();
		}
	}

}
