package io.eardrum.storage.embedded.directory.examination;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Lets tests of other packages read files as {@link RecordFile} does.
 */
public final class RecordFiles {

	private RecordFiles() {
	}

	/**
	 * Returns whether all records of a file can be read.
	 * @param file a file of the write-ahead log, or a MANIFEST
	 * @return whether no damage is found
	 * @throws IOException if it can't be read
	 */
	public static boolean isWhole(Path file) throws IOException {
		return RecordFile.read(file, (bytes, length) -> {
		}) == null;
	}

	/**
	 * Makes a file of one record.
	 * @param data what is in the record, less than a block
	 * @return the bytes of the file
	 */
	static byte[] record(byte[] data) {
		byte[] typed = new byte[data.length + 1];
		typed[0] = 1;
		System.arraycopy(data, 0, typed, 1, data.length);
		CRC32C checksum = new CRC32C();
		checksum.update(typed);
		int crc = (int) checksum.getValue();
		return ByteBuffer.allocate(6 + typed.length)
			.order(ByteOrder.LITTLE_ENDIAN)
			.putInt(((crc >>> 15) | (crc << 17)) + 0xA282EAD8)
			.putShort((short) data.length)
			.put(typed)
			.array();
	}

}
