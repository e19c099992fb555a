package io.eardrum.server.channel;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

import javax.net.ssl.SSLException;

/**
 * The start of a TLS record whose end has not come yet. It takes no more memory than the
 * client has sent, whatever length the record announces. Used by one thread at a time.
 */
final class TlsRecord {

	private static final int HEADER_LENGTH = 5;

	private static final int FIRST_CONTENT_TYPE = 20;

	private static final int LAST_CONTENT_TYPE = 24;

	private static final int MAJOR_VERSION = 3;

	private static final int FIRST_LENGTH = 1024;

	/** The longest record that any version allows, with its header. */
	private static final int MAX_LENGTH = HEADER_LENGTH + 16 * 1024 + 2048;

	private static final byte[] NO_BYTES = {};

	private byte[] bytes = NO_BYTES;

	private int length;

	/**
	 * Reads as much of one record as has come.
	 * @param source the socket
	 * @return whether the whole record is here
	 * @throws NoTlsException if the client does not speak TLS
	 * @throws IOException if the client has left, or announces a record that is too long
	 */
	boolean readFrom(SocketChannel source) throws IOException {
		while (this.length < announcedLength()) {
			int wanted = announcedLength();
			if (this.bytes.length == this.length) {
				this.bytes = Arrays.copyOf(this.bytes,
						Math.min(Math.max(FIRST_LENGTH, this.length * 2), Math.max(FIRST_LENGTH, wanted)));
			}
			int count = source
				.read(ByteBuffer.wrap(this.bytes, this.length, Math.min(wanted, this.bytes.length) - this.length));
			if (count < 0) {
				throw new EOFException("the client left during the handshake");
			}
			if (count == 0) {
				return false;
			}
			this.length += count;
			checkHeader();
		}
		return true;
	}

	private void checkHeader() throws IOException {
		int type = this.bytes[0];
		boolean known = type >= FIRST_CONTENT_TYPE && type <= LAST_CONTENT_TYPE;
		if (!known || (this.length > 1 && this.bytes[1] != MAJOR_VERSION)) {
			throw new NoTlsException();
		}
		if (this.length >= HEADER_LENGTH && announcedLength() > MAX_LENGTH) {
			throw new SSLException("a record of " + announcedLength() + " bytes");
		}
	}

	// As far as it is known yet.
	private int announcedLength() {
		return (this.length < HEADER_LENGTH) ? HEADER_LENGTH
				: HEADER_LENGTH + ((this.bytes[3] & 0xFF) << Byte.SIZE | (this.bytes[4] & 0xFF));
	}

	// Returns what has been read of the record.
	ByteBuffer content() {
		return ByteBuffer.wrap(this.bytes, 0, this.length);
	}

	void clear() {
		this.bytes = NO_BYTES;
		this.length = 0;
	}

	/**
	 * Replaces the bytes by others.
	 * @param source begins with the bytes
	 * @param count how many there are
	 */
	void set(byte[] source, int count) {
		this.length = count;
		this.bytes = (count > 0) ? Arrays.copyOf(source, count) : NO_BYTES;
	}

	void add(byte next) {
		this.bytes = Arrays.copyOf(this.bytes, this.length + 1);
		this.bytes[this.length++] = next;
	}

	// Returns how much memory is held, in bytes.
	int heldBytes() {
		return this.bytes.length;
	}

}
