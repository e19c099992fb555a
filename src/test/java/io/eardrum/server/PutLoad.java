package io.eardrum.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;

/**
 * A client that pipelines puts for as long as its connection lasts, the timestamps 0, 1,
 * 2 and so on of one series, and reads the replies as they arrive.
 */
final class PutLoad implements AutoCloseable {

	private static final int LINES_PER_WRITE = 50;

	private final TestClient client;

	private final String key;

	private final Thread writer;

	private final Thread reader;

	private volatile long bytesReceived;

	private volatile @Nullable String unexpected;

	private volatile @Nullable IOException writeEnding;

	private volatile @Nullable IOException readEnding;

	PutLoad(TestClient client, String key) {
		this.client = client;
		this.key = key;
		this.writer = new Thread(this::write, "writer of " + key);
		this.reader = new Thread(this::read, "reader of " + key);
		this.writer.start();
		this.reader.start();
	}

	SeriesKey key() {
		return SeriesKey.of(this.key);
	}

	/**
	 * Returns how many puts have been acknowledged, counting only whole replies.
	 * @return the number of puts
	 */
	long acknowledged() {
		return this.bytesReceived / Replies.OK.length();
	}

	/**
	 * Waits until the connection has ended.
	 * @return whether both threads have ended within ten seconds
	 * @throws InterruptedException if the thread is interrupted
	 */
	boolean awaitEnd() throws InterruptedException {
		this.writer.join(TimeUnit.SECONDS.toMillis(10));
		this.reader.join(TimeUnit.SECONDS.toMillis(10));
		return !this.writer.isAlive() && !this.reader.isAlive();
	}

	/**
	 * Returns how many bytes of a reply have arrived without the rest of it.
	 * @return 0, if all replies are whole
	 */
	long bytesOfCutReply() {
		return this.bytesReceived % Replies.OK.length();
	}

	/**
	 * Returns what was received instead of an acknowledgement.
	 * @return what was received, or {@code null}
	 */
	@Nullable String unexpected() {
		return this.unexpected;
	}

	/**
	 * Returns whether the connection was reset. The system reports a reset once, to
	 * whichever thread comes first. A write after a clean end of stream fails with a
	 * broken pipe instead.
	 * @return whether the connection was reset instead of ended cleanly
	 */
	boolean wasReset() {
		return isReset(this.readEnding) || isReset(this.writeEnding);
	}

	/**
	 * Describes how reading and writing ended.
	 * @return the exceptions
	 */
	String ending() {
		return "reading ended with " + this.readEnding + ", writing with " + this.writeEnding;
	}

	private static boolean isReset(@Nullable IOException ending) {
		return ending != null && String.valueOf(ending.getMessage()).contains("reset");
	}

	private void write() {
		try {
			StringBuilder lines = new StringBuilder();
			for (long timestamp = 0;;) {
				lines.setLength(0);
				for (int i = 0; i < LINES_PER_WRITE; i++, timestamp++) {
					lines.append("put ").append(this.key).append(' ').append(timestamp).append(' ').append(timestamp);
					lines.append('\n');
				}
				this.client.send(lines.toString());
			}
		}
		catch (IOException ex) {
			this.writeEnding = ex;
		}
	}

	private void read() {
		byte[] buffer = new byte[16 * 1024];
		long received = 0;
		try {
			for (int length = this.client.read(buffer); length >= 0; length = this.client.read(buffer)) {
				for (int i = 0; i < length; i++, received++) {
					if (buffer[i] != Replies.OK.charAt((int) (received % Replies.OK.length()))
							&& this.unexpected == null) {
						this.unexpected = new String(buffer, i, length - i, StandardCharsets.UTF_8);
					}
				}
				this.bytesReceived = received;
			}
		}
		catch (IOException ex) {
			this.readEnding = ex;
		}
	}

	@Override
	public void close() throws IOException {
		this.client.close();
	}

}
