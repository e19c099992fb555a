package io.eardrum.cli.file;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileStore;

import org.jspecify.annotations.Nullable;

/**
 * Limits how much is written, and keeps some of the disk free, because the server at the
 * other end may send rows without end. Not safe for use by several threads.
 */
public final class BoundedOutputStream extends FilterOutputStream {

	/** How many bytes are written until the free space is checked again. */
	private static final int LOOK_INTERVAL = 16 * 1024 * 1024;

	private final long maxBytes;

	private final @Nullable FileStore disk;

	private final long keptFree;

	private long written;

	private long nextLook = LOOK_INTERVAL;

	/**
	 * Creates a stream with limits.
	 * @param output where the bytes go, in large pieces
	 * @param maxBytes how many bytes may be written
	 * @param disk the disk that they are written to, or {@code null} if there is none
	 * @param keptFree how many bytes must stay free on the disk
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
