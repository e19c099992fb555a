package io.eardrum.cli.terminal;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * Standard output that remembers why it could not be written. A {@link PrintStream}
 * remembers only that it could not.
 */
public final class StandardOutput extends PrintStream {

	private static final int BUFFER_LENGTH = 64 * 1024;

	private final Target target;

	/**
	 * Creates a buffered stream of UTF-8.
	 * @param target where the bytes go
	 */
	public StandardOutput(OutputStream target) {
		this(new Target(target));
	}

	private StandardOutput(Target target) {
		super(new BufferedOutputStream(target, BUFFER_LENGTH), false, StandardCharsets.UTF_8);
		this.target = target;
	}

	/**
	 * Returns why it could not be written.
	 * @return the first failure, or {@code null} if there is none
	 */
	public @Nullable IOException failure() {
		return this.target.failure;
	}

	/**
	 * Returns whether the reader has read enough, as {@code head} does.
	 * @return whether the other end of a pipe was closed
	 */
	public boolean isPipeClosed() {
		IOException reason = failure();
		return reason != null && String.valueOf(reason.getMessage()).contains("pipe");
	}

	/**
	 * Throws an exception if nothing more can be written. Code that writes much calls it.
	 * @throws UncheckedIOException if a write failed
	 */
	public void ensureWritable() {
		IOException reason = failure();
		if (reason != null) {
			throw new UncheckedIOException(reason);
		}
	}

	/**
	 * Remembers the first failure.
	 */
	private static final class Target extends FilterOutputStream {

		private volatile @Nullable IOException failure;

		private Target(OutputStream target) {
			super(target);
		}

		@Override
		public void write(int value) throws IOException {
			write(new byte[] { (byte) value }, 0, 1);
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			try {
				this.out.write(bytes, offset, length);
			}
			catch (IOException ex) {
				if (this.failure == null) {
					this.failure = ex;
				}
				throw ex;
			}
		}

	}

}
