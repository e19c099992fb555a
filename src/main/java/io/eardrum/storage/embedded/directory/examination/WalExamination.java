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
 * Reads the files of the write-ahead log in order, and checks the checksum of each
 * record. It also checks that the writes in the records are numbered without gaps over
 * all files.
 * <p>
 * Used by one thread, once.
 */
final class WalExamination {

	/**
	 * A record begins with the number of its first write and the number of its writes.
	 */
	private static final int BATCH_HEADER_BYTES = Long.BYTES + Integer.BYTES;

	private final Path directory;

	private final Map<String, Long> sizes;

	private final Map<String, Long> safe;

	private final List<Finding> findings = new ArrayList<>();

	/** The last write that the MANIFEST knows of. */
	private final long known;

	/** The last write in the files read so far, or 0. */
	private long last;

	/**
	 * The first write in the file that was read last. The next field is the number of its
	 * records.
	 */
	private long first;

	private int records;

	private @Nullable String torn;

	private @Nullable WalDamage damage;

	/** Whether the first file begins with a later write than the MANIFEST leads up to. */
	private boolean late;

	private final List<String> later = new ArrayList<>();

	private long laterBytes;

	private int laterRecords;

	/**
	 * Creates an examination.
	 * @param directory the directory with the files
	 * @param sizes how many bytes each file has
	 * @param safe how many bytes of each file were known to be safe on the disk
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
	 * @param names their names in order
	 * @throws IOException if a file can't be read
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

	// The previous file ends too early, or this one begins too late.
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
			this.late = true;
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
	 * Returns the damage that a power failure does not explain.
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
							: "is damaged at byte " + found.position()
									+ ", before the end of what was known to be on the disk"));
		}
		return all;
	}

	// Everything before a safe byte of a later file was made safe before that byte.
	private boolean isBeforeSafe(String name, WalDamage found) {
		return found.position() < safeBytes(name) || this.later.stream().anyMatch((file) -> safeBytes(file) > 0);
	}

	/**
	 * Returns the damage that a power failure explains.
	 * @return the damage, or {@code null} if there is none, or if only an end is missing
	 * with nothing behind it, which does not matter
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
	 * Returns whether writes are missing between the MANIFEST and the first file, so that
	 * either of them may be the one that is damaged.
	 * @return whether there are any
	 */
	boolean isLate() {
		return this.late;
	}

	/**
	 * Returns the number of the last write before any damage.
	 * @return the number
	 */
	long lastWrite() {
		return Math.max(this.known, this.last);
	}

}
