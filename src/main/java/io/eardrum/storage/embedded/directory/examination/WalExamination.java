package io.eardrum.storage.embedded.directory.examination;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.embedded.directory.seal.Finding;

/**
 * Reads the files of the write-ahead log in their order: each record has its checksum,
 * and the writes in them are numbered without gaps over all files.
 * <p>
 * Used by one thread, once.
 */
final class WalExamination {

	/** A record begins with the number of its first write and how many it has. */
	private static final int BATCH_HEADER_BYTES = Long.BYTES + Integer.BYTES;

	private final Path directory;

	private final Map<String, Long> sizes;

	private final Map<String, Long> safe;

	private final List<Finding> findings = new ArrayList<>();

	/** A write that the MANIFEST knows of. */
	private final long known;

	/** The last write in the files so far, or 0. */
	private long last;

	/** The first write in the file that was read last, and how many records it has. */
	private long first;

	private int records;

	private @Nullable String torn;

	private @Nullable WalDamage damage;

	private final List<String> later = new ArrayList<>();

	private long laterBytes;

	private int laterRecords;

	/**
	 * Makes what reads the files.
	 * @param directory where they are
	 * @param sizes how many bytes each has
	 * @param safe how many bytes of each were on the disk for sure
	 * @param known the last write that the MANIFEST knows of
	 */
	WalExamination(Path directory, Map<String, Long> sizes, Map<String, Long> safe, long known) {
		this.directory = directory;
		this.sizes = sizes;
		this.safe = safe;
		this.known = known;
	}

	/**
	 * Reads the files.
	 * @param names their names in their order
	 * @throws IOException if one can't be read
	 */
	void read(List<String> names) throws IOException {
		String before = null;
		for (String name : names) {
			if (sizeOf(name) < safeBytes(name)) {
				this.findings
					.add(new Finding(name, "is cut: it has " + sizeOf(name) + " bytes, and had " + safeBytes(name)));
				before = name;
				continue;
			}
			if (this.torn != null) {
				readBehindDamage(name);
				continue;
			}
			long earlier = this.last;
			WalDamage found = readRecords(name);
			if (this.records > 0 && this.first <= earlier) {
				this.findings.add(new Finding(name, "is not the one that was here: it begins with write " + this.first
						+ ", and the file before it ends with " + earlier));
				return;
			}
			long reached = (earlier > 0) ? earlier : this.known;
			if (this.records > 0 && this.first > reached + 1 && this.findings.isEmpty()) {
				gap(before, name, earlier);
			}
			else if (found != null) {
				this.torn = name;
				this.damage = found;
			}
			before = name;
		}
	}

	// The file before ends too early, or this one begins too late.
	private void gap(@Nullable String before, String name, long earlier) {
		this.last = earlier;
		if (before != null) {
			this.torn = before;
			this.damage = new WalDamage(sizeOf(before), 0, 0, false);
			this.later.add(name);
			this.laterBytes += sizeOf(name);
			this.laterRecords += this.records;
		}
		else {
			this.torn = name;
			this.damage = new WalDamage(0, sizeOf(name), this.records, false);
		}
	}

	private void readBehindDamage(String name) throws IOException {
		int[] count = new int[1];
		RecordFile.read(this.directory.resolve(name), (bytes, length) -> count[0]++);
		this.later.add(name);
		this.laterBytes += sizeOf(name);
		this.laterRecords += count[0];
	}

	private @Nullable WalDamage readRecords(String name) throws IOException {
		this.records = 0;
		return RecordFile.read(this.directory.resolve(name), (bytes, length) -> {
			if (length >= BATCH_HEADER_BYTES) {
				long begin = firstWriteOf(bytes);
				this.first = (this.records == 0) ? begin : this.first;
				this.last = Math.max(this.last, begin + writesOf(bytes) - 1);
				this.records++;
			}
		});
	}

	static long firstWriteOf(byte[] batch) {
		return ByteBuffer.wrap(batch).order(ByteOrder.LITTLE_ENDIAN).getLong();
	}

	static int writesOf(byte[] batch) {
		return ByteBuffer.wrap(batch).order(ByteOrder.LITTLE_ENDIAN).getInt(Long.BYTES);
	}

	static boolean isBatch(int length) {
		return length >= BATCH_HEADER_BYTES;
	}

	private long sizeOf(String name) {
		return this.sizes.getOrDefault(name, 0L);
	}

	private long safeBytes(String name) {
		return this.safe.getOrDefault(name, 0L);
	}

	/**
	 * Returns what is wrong that no power failure explains.
	 * @return the findings
	 */
	List<Finding> findings() {
		List<Finding> all = new ArrayList<>(this.findings);
		WalDamage found = this.damage;
		if (this.torn != null && found != null && isBeforeSafe(this.torn, found)) {
			all.add(new Finding(this.torn,
					(found.bytes() == 0)
							? "has lost its end: it ends with write " + this.last
									+ ", and later ones are in the next file"
							: "is damaged at byte " + found.position() + ", before what was on the disk for sure"));
		}
		return all;
	}

	// All that is before a safe byte of a later file was made safe before it.
	private boolean isBeforeSafe(String name, WalDamage found) {
		return found.position() < safeBytes(name) || this.later.stream().anyMatch((file) -> safeBytes(file) > 0);
	}

	/**
	 * Returns the damage that a power failure explains.
	 * @return the damage, or {@code null} if there is none, or none that matters: an end
	 * that only lacks, with nothing behind it
	 */
	@Nullable TornTail tail() {
		WalDamage found = this.damage;
		if (this.torn == null || found == null || isBeforeSafe(this.torn, found)
				|| (found.unfinished() && this.laterRecords == 0)) {
			return null;
		}
		return new TornTail(this.torn, found.position(), found.bytes() + this.laterBytes,
				found.readableRecords() + this.laterRecords, this.later, "");
	}

	/**
	 * Returns the number of the last write before any damage.
	 * @return the number
	 */
	long lastWrite() {
		return Math.max(this.known, this.last);
	}

}
