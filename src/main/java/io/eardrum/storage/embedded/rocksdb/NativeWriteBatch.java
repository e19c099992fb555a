package io.eardrum.storage.embedded.rocksdb;

import java.nio.ByteBuffer;
import java.util.List;

import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * The writes of one commit: new series and records of the log, collected in native memory
 * that is reused. The bytes get there through a direct buffer, so that nothing is
 * allocated. An {@link EncodedWriteBatch}, in contrast, has to be copied into an array of
 * its exact length.
 * <p>
 * Used by one thread at a time. It belongs to its {@link Database}, which closes it.
 */
public final class NativeWriteBatch implements AutoCloseable {

	private static final int INITIAL_BYTES = 64 << 10;

	/** The bytes of the key, and those that RocksDB puts around key and value. */
	private static final int ENTRY_BYTES = Long.BYTES + 8;

	private final List<ColumnFamilyHandle> families;

	private final WriteBatch batch = new WriteBatch();

	private final ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES);

	private ByteBuffer value = ByteBuffer.allocateDirect(INITIAL_BYTES);

	private int size;

	/**
	 * Creates an empty batch.
	 * @param families the families of the open database, by number
	 */
	NativeWriteBatch(List<ColumnFamilyHandle> families) {
		this.families = families;
	}

	/**
	 * Removes all entries, and releases memory beyond a limit.
	 * @param limit how many bytes may be kept for the longest value
	 */
	public void clear(int limit) {
		this.batch.clear();
		this.size = 0;
		if (this.value.capacity() > limit) {
			this.value = ByteBuffer.allocateDirect(INITIAL_BYTES);
		}
	}

	/**
	 * Returns how much will be written.
	 * @return the approximate number of bytes
	 */
	public int size() {
		return this.size;
	}

	/**
	 * Adds an entry.
	 * @param family where it goes
	 * @param number its key
	 * @param source holds its value, from the start
	 * @param length the length of the value in bytes
	 * @throws RocksDBException if there is no memory for it
	 */
	public void put(ColumnFamily family, long number, byte[] source, int length) throws RocksDBException {
		if (this.value.capacity() < length) {
			this.value = ByteBuffer.allocateDirect(length + length / 2);
		}
		this.key.clear().putLong(number).flip();
		this.value.clear().put(source, 0, length).flip();
		this.batch.put(this.families.get(family.number()), this.key, this.value);
		this.size += ENTRY_BYTES + length;
	}

	WriteBatch batch() {
		return this.batch;
	}

	@Override
	public void close() {
		this.batch.close();
	}

}
