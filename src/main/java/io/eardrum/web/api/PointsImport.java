package io.eardrum.web.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.springframework.http.HttpStatus;

import io.eardrum.budget.HeapExhaustedException;
import io.eardrum.metric.PointBatch;
import io.eardrum.protocol.Command;
import io.eardrum.protocol.CommandHandler;
import io.eardrum.protocol.CommandObserver;
import io.eardrum.protocol.CommandParser;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.time.TimestampCheck;
import io.eardrum.web.http.admission.RequestMemory;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Stores the points of one request in batches, and notes what is wrong with those that
 * can't be stored. Every point goes through the parser of the TCP port, whatever its
 * format, so that both ports accept the same points.
 * <p>
 * There is one for each request. It is not safe for use by several threads at once.
 */
final class PointsImport implements CommandHandler {

	static final int MAX_ERRORS = 100;

	/** As many as the TCP port puts at once. */
	private static final int MAX_BATCH_POINTS = 4096;

	private static final int MAX_BATCH_KEY_BYTES = 256 * 1024;

	/**
	 * Memory needed before the first point: for the places, the errors, and a small
	 * batch.
	 */
	private static final long BASE_BYTES = 64 * 1024;

	/** The store makes a copy of a batch. */
	private static final long COPIES = 2;

	private static final byte[] PUT = "put ".getBytes(StandardCharsets.US_ASCII);

	private final MetricRepository repository;

	private final TimestampCheck check;

	private final CommandObserver observer;

	private final ProtocolLimits limits;

	private final CommandParser parser;

	private final String placeName;

	private final RequestMemory memory;

	private final PointBatch batch = new PointBatch();

	/** The line number or the index of each point of the batch. */
	private final long[] places = new long[MAX_BATCH_POINTS];

	private final List<Map<String, Object>> errors = new ArrayList<>();

	private long place;

	private long stored;

	private long errorCount;

	/**
	 * Creates an import.
	 * @param repository where the points go
	 * @param check puts them there, except those that are too far in the future
	 * @param observer is notified of the outcome for each point
	 * @param limits how long keys and lines may be
	 * @param placeName what errors call the place of a point: {@code line} or
	 * {@code index}
	 * @param memory of the request, in which memory for the batches is reserved
	 * @throws HeapExhaustedException if there is not enough memory
	 */
	PointsImport(MetricRepository repository, TimestampCheck check, CommandObserver observer, ProtocolLimits limits,
			String placeName, RequestMemory memory) {
		memory.reserveBody(BASE_BYTES);
		this.repository = repository;
		this.check = check;
		this.observer = observer;
		this.limits = limits;
		this.parser = new CommandParser(limits);
		this.placeName = placeName;
		this.memory = memory;
	}

	/**
	 * Takes a line with a command.
	 * @param number the number of its line
	 * @param source the array that contains it
	 * @param from where it starts
	 * @param to the offset after its line end
	 * @throws IOException never
	 */
	void line(long number, byte[] source, int from, int to) throws IOException {
		this.place = number;
		this.parser.parse(source, from, to, this);
	}

	/**
	 * Takes a point whose key, value and timestamp came separately.
	 * @param number its index
	 * @param key the key
	 * @param value the text of the value
	 * @param timestamp the text of the timestamp
	 * @throws IOException never
	 */
	void point(long number, String key, String value, String timestamp) throws IOException {
		this.place = number;
		if (!isWord(key)) {
			wrong(Command.PUT, ErrorReason.BAD_KEY);
			return;
		}
		String line = key + ' ' + value + ' ' + timestamp + '\n';
		byte[] rest = line.getBytes(StandardCharsets.UTF_8);
		byte[] source = new byte[PUT.length + rest.length];
		System.arraycopy(PUT, 0, source, 0, PUT.length);
		System.arraycopy(rest, 0, source, PUT.length, rest.length);
		this.parser.parse(source, 0, source.length, this);
	}

	// Excludes keys that the parser would read as more or fewer words, or as another key.
	private static boolean isWord(String key) {
		return !key.isEmpty() && key.chars().noneMatch((character) -> character <= ' ' || character == 0x7F)
				&& StandardCharsets.UTF_8.newEncoder().canEncode(key);
	}

	/**
	 * Notes what is wrong at a place from which no point could be read.
	 * @param number the number of its line, or its index
	 * @param reason what is wrong
	 */
	void wrong(long number, ErrorReason reason) {
		this.place = number;
		wrong(Command.UNKNOWN, reason);
	}

	/**
	 * Stores the points that have not been stored yet.
	 */
	void flush() {
		int count = this.batch.size();
		if (count > 0) {
			try {
				this.check.put(this.batch, this.repository);
			}
			catch (StorageException ex) {
				this.observer.failed(Command.PUT, ErrorReason.STORAGE, count);
				throw RequestProblem.storageUnavailable().with("stored", this.stored);
			}
			catch (RuntimeException ex) {
				// A defect. It counts as a failure of the storage, because the points are
				// not stored either.
				this.observer.failed(Command.PUT, ErrorReason.STORAGE, count);
				throw ex;
			}
			int taken = count - this.batch.refusedCount();
			this.observer.served(Command.PUT, taken);
			this.stored += taken;
			noteRefused();
			this.batch.clear();
		}
	}

	private void noteRefused() {
		for (int i = 0; this.batch.refusedCount() > 0 && i < this.batch.size(); i++) {
			PointBatch.Refusal refusal = this.batch.refusal(i);
			if (refusal != null) {
				this.place = this.places[i];
				wrong(Command.PUT, ErrorReason.of(refusal));
			}
		}
	}

	/**
	 * Stores the remaining points, and refuses the request if anything was wrong with it.
	 * @return how many points were stored
	 */
	long end() {
		flush();
		if (this.errorCount > 0) {
			throw new RequestProblem(HttpStatus.valueOf(422), whatIsWrong() + " " + whatIsStored())
				.with("stored", this.stored)
				.with("errorCount", this.errorCount)
				.with("errors", this.errors);
		}
		return this.stored;
	}

	private String whatIsWrong() {
		return (this.errorCount == 1) ? "One point is wrong." : this.errorCount + " points are wrong.";
	}

	private String whatIsStored() {
		if (this.stored == 0) {
			return "Nothing was stored.";
		}
		return (this.stored == 1) ? "The other one was stored." : "The others were stored.";
	}

	/**
	 * Returns how many points have been stored until now.
	 * @return the number of points
	 */
	long stored() {
		return this.stored;
	}

	@Override
	public void put(byte[] source, int keyOffset, int keyLength, long timestamp, double value) {
		if (this.batch.growthToAdd(keyLength) > 0) {
			makeRoom(keyLength);
		}
		this.places[this.batch.size()] = this.place;
		this.batch.add(source, keyOffset, keyLength, timestamp, value);
		if (this.batch.size() == MAX_BATCH_POINTS || this.batch.keyBytesLength() >= MAX_BATCH_KEY_BYTES) {
			flush();
		}
	}

	// When memory is short, batches are small.
	private void makeRoom(int keyLength) {
		if (!this.memory.tryReserveBody(COPIES * this.batch.growthToAdd(keyLength))) {
			flush();
			this.memory.reserveBody(COPIES * this.batch.growthToAdd(keyLength));
		}
	}

	@Override
	public void get(byte[] source, int keyOffset, int keyLength) {
		wrong(Command.GET, ErrorReason.UNKNOWN_COMMAND);
	}

	@Override
	public void getAll() {
		wrong(Command.GET_ALL, ErrorReason.UNKNOWN_COMMAND);
	}

	/**
	 * Notes what is wrong at a place from which no point could be read.
	 * @param number its index
	 * @param message what is wrong, in a sentence
	 */
	void wrong(long number, String message) {
		this.place = number;
		wrong(Command.UNKNOWN, ErrorReason.WRONG_WORD_COUNT, message);
	}

	@Override
	public void wrong(Command command, ErrorReason reason) {
		wrong(command, reason, message(reason));
	}

	private void wrong(Command command, ErrorReason reason, String message) {
		this.observer.failed(command, reason, 1);
		this.errorCount++;
		if (this.errors.size() < MAX_ERRORS) {
			Map<String, Object> error = new LinkedHashMap<>();
			error.put(this.placeName, this.place);
			error.put("reason", reason.name().toLowerCase(Locale.ROOT));
			error.put("message", message);
			this.errors.add(error);
		}
	}

	private String message(ErrorReason reason) {
		return switch (reason) {
			case WRONG_WORD_COUNT -> "A point has a key, a value and a timestamp.";
			case BAD_KEY -> "A key is a word of 1 to " + this.limits.maxKeyLength()
					+ " bytes without blanks and control characters, and not *.";
			case BAD_VALUE -> "A value is a finite decimal number.";
			case BAD_TIMESTAMP -> "A timestamp is a whole number of 64 bits.";
			case LINE_TOO_LONG -> "A line has at most " + this.limits.maxLineLength() + " bytes.";
			case BAD_ENCODING -> "A line is well-formed UTF-8.";
			case TOO_MANY_SERIES ->
				"This would be a new series, and there are as many as eardrum.storage.max-series allows.";
			case TIMESTAMP_IN_FUTURE ->
				"The timestamp is further ahead of the server's clock than eardrum.storage.max-future allows; seconds are expected.";
			default -> "Only put <key> <value> <timestamp> is taken here.";
		};
	}

}
