package io.eardrum.cli.file;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileStore;

import org.jspecify.annotations.Nullable;

/**
 * Writes no more than it may, and fills no disk: the server at the other end may send
 * rows without end.
 */
public final class BoundedOutputStream extends FilterOutputStream {

	/** How much is written until the free space is looked at again. */
	private static final int LOOK_INTERVAL = 16 * 1024 * 1024;

	private final long maxBytes;

	private final @Nullable FileStore disk;

	private final long keptFree;

	private long written;

	private long nextLook = LOOK_INTERVAL;

	/**
	 * Bounds a stream.
	 * @param output where the bytes go, in large pieces
	 * @param maxBytes how many there may be
	 * @param disk where they end, or {@code null} if that is no disk
	 * @param keptFree how many bytes have to stay free there
	 */
	public BoundedOutputStream(OutputStream output, long maxBytes, @Nullable FileStore disk, long keptFree) {
		super(output);
		this.maxBytes = maxBytes;
		this.disk = disk;
		this.keptFree = keptFree;
	}

	@Override
	public void write(int value) throws IOException {
		write(new byte[] { (byte) value }, 0, 1);
	}

	@Override
	public void write(byte[] bytes, int offset, int length) throws IOException {
		if (length > this.maxBytes - this.written) {
			throw new IOException("it would have more than " + this.maxBytes + " bytes (--max-bytes)");
		}
		if (this.disk != null && this.written + length >= this.nextLook) {
			this.nextLook = this.written + length + LOOK_INTERVAL;
			if (this.disk.getUsableSpace() < this.keptFree + length) {
				throw new IOException("less than " + this.keptFree + " bytes would be left on the disk (--keep-free)");
			}
		}
		this.out.write(bytes, offset, length);
		this.written += length;
	}

}
