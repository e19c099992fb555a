package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.embedded.upkeep.Backups;

/**
 * Limits how often backups may be made, and how many there may be.
 * <p>
 * Safe for any number of threads.
 */
final class BackupLimits {

	private final Duration interval;

	private final int keep;

	private final Clock clock;

	private @Nullable Long begunMillis;

	/**
	 * Creates limits.
	 * @param interval how much time has to pass between the beginnings of two backups
	 * @param keep how many there may be
	 * @param clock the clock
	 */
	BackupLimits(Duration interval, int keep, Clock clock) {
		this.interval = interval;
		this.keep = keep;
		this.clock = clock;
	}

	Duration interval() {
		return this.interval;
	}

	int keep() {
		return this.keep;
	}

	/**
	 * Begins a backup if enough time has passed since the last one was begun.
	 * @return how long to wait; zero if the backup has begun
	 */
	synchronized Duration begin() {
		long now = this.clock.millis();
		Long last = this.begunMillis;
		// A clock that was set back must not delay backups.
		if (last != null && now >= last) {
			Duration left = this.interval.minusMillis(now - last);
			if (!left.isNegative() && !left.isZero()) {
				return left;
			}
		}
		this.begunMillis = now;
		return Duration.ZERO;
	}

	/**
	 * Forgets that a backup has begun, because nothing was done.
	 */
	synchronized void cancel() {
		this.begunMillis = null;
	}

	/**
	 * Returns whether there are as many backups as there may be.
	 * @param directory the directory that contains them
	 * @return whether no further one may be made
	 * @throws IOException if the directory can't be read
	 */
	boolean isFull(Path directory) throws IOException {
		if (!Files.isDirectory(directory)) {
			return false;
		}
		int count = 0;
		try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
			for (Path one : found) {
				boolean finished = !String.valueOf(one.getFileName()).endsWith(Backups.UNFINISHED);
				count += (finished && Files.exists(one.resolve("CURRENT"))) ? 1 : 0;
			}
		}
		catch (DirectoryIteratorException ex) {
			throw ex.getCause();
		}
		return count >= this.keep;
	}

}
