package io.eardrum.budget;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/**
 * A file descriptor that is kept in order to be given up. If the process may open no more
 * files, it is used to accept a client and send it the reply that there is no room.
 * Otherwise the client would wait without an answer. One thread uses it, but any thread
 * may close it.
 */
public final class SpareDescriptor implements Closeable {

	private final Opener opener;

	private @Nullable InputStream held;

	private boolean closed;

	/**
	 * Creates a spare descriptor, which takes one if the system has a file for it.
	 * @return the spare descriptor, which is held
	 */
	public static SpareDescriptor create() {
		Path nothing = Path.of("/dev/null");
		return new SpareDescriptor(
				Files.exists(nothing) ? () -> new FileInputStream(nothing.toFile()) : InputStream::nullInputStream);
	}

	/**
	 * Creates a spare descriptor.
	 * @param opener opens a file that takes a descriptor
	 */
	public SpareDescriptor(Opener opener) {
		this.opener = opener;
		hold();
	}

	/**
	 * Takes the descriptor if it is not held.
	 * @return whether it is held now, which means that there is no shortage
	 */
	public synchronized boolean hold() {
		if (this.held == null && !this.closed) {
			try {
				this.held = this.opener.open();
			}
			catch (IOException ex) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Gives the descriptor up.
	 * @return whether it was held, which means that one more is free now
	 * @throws IOException if the file can't be closed
	 */
	public synchronized boolean letGo() throws IOException {
		InputStream file = this.held;
		this.held = null;
		if (file == null) {
			return false;
		}
		file.close();
		return true;
	}

	@Override
	public synchronized void close() throws IOException {
		this.closed = true;
		letGo();
	}

	/**
	 * Opens a file.
	 */
	@FunctionalInterface
	public interface Opener {

		/**
		 * Opens a file.
		 * @return the file
		 * @throws IOException if the process may open no more files
		 */
		InputStream open() throws IOException;

	}

}
