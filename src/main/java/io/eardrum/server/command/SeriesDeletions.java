package io.eardrum.server.command;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.protocol.Command;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.protocol.ReplyWriter;
import io.eardrum.server.event.CommandCounts;
import io.eardrum.storage.MetricRepository;

/**
 * Executes the deletions of a frame and replies to them. Each deletion is a record of the
 * log, and perhaps an fsync, so series that are deleted one after the other are collected
 * and deleted together. Used by one thread at a time.
 */
final class SeriesDeletions {

	/** As many as make an fsync cheap. A cluster deletes one series after the other. */
	private static final int MAX_COLLECTED = 100;

	private final MetricRepository repository;

	private final ReplyWriter replies;

	private final CommandCounts counts;

	private final Consumer<RuntimeException> failures;

	private final Set<SeriesKey> collected = new LinkedHashSet<>();

	/** How many commands named these series. */
	private int commands;

	/**
	 * Creates the deletions of one frame after the other.
	 * @param repository where the series are
	 * @param replies takes the replies
	 * @param counts counts the commands, and how they ended
	 * @param failures takes what the store throws
	 */
	SeriesDeletions(MetricRepository repository, ReplyWriter replies, CommandCounts counts,
			Consumer<RuntimeException> failures) {
		this.repository = repository;
		this.replies = replies;
		this.counts = counts;
		this.failures = failures;
	}

	void clear() {
		this.collected.clear();
		this.commands = 0;
	}

	/**
	 * Collects a series that is to be deleted, and deletes what is collected if that is
	 * enough.
	 * @param key its key
	 * @param turn the turn of the frame
	 * @throws IOException if the client can't be reached
	 */
	void collect(SeriesKey key, Turn turn) throws IOException {
		this.collected.add(key);
		this.commands++;
		if (this.commands == MAX_COLLECTED) {
			deleteCollected(turn);
		}
	}

	/**
	 * Deletes the series that are collected, if there are any.
	 * @param turn the turn of the frame
	 * @throws IOException if the client can't be reached
	 */
	void deleteCollected(Turn turn) throws IOException {
		if (this.commands > 0) {
			List<SeriesKey> keys = List.copyOf(this.collected);
			int count = this.commands;
			clear();
			execute(() -> this.repository.delete(keys, TimeRange.ALL), count, turn);
		}
	}

	/**
	 * Deletes the points of a series in a range.
	 * @param key its key
	 * @param from the first timestamp of the range
	 * @param to the last one; if it is before the first one, nothing is deleted
	 * @param turn the turn of the frame
	 * @throws IOException if the client can't be reached
	 */
	void delete(SeriesKey key, long from, long to, Turn turn) throws IOException {
		execute(() -> {
			if (from <= to) {
				this.repository.delete(List.of(key), new TimeRange(from, to));
			}
		}, 1, turn);
	}

	private void execute(Runnable deletion, int count, Turn turn) throws IOException {
		turn.beginRead();
		try {
			deletion.run();
			this.counts.served(Command.DELETE, count);
			this.replies.ok(count);
		}
		catch (RuntimeException ex) {
			this.failures.accept(ex);
			this.counts.failed(Command.DELETE, ErrorReason.STORAGE, count);
			this.replies.storageUnavailable(count);
		}
		finally {
			turn.endRead();
		}
	}

}
