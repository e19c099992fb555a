package io.eardrum.cli.load;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Counts the replies {@code ok\n\n} of one connection, in whatever pieces they arrive.
 * Any other byte is a failure.
 */
final class OkReplies {

	private static final byte[] OK = "ok\n\n".getBytes(StandardCharsets.US_ASCII);

	private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

	private static final int OK_BITS = (int) INT.get(OK, 0);

	/** How many bytes of the current reply have arrived. */
	private int position;

	/**
	 * Counts the replies in bytes that were read.
	 * @param bytes the array that has the bytes, from its start
	 * @param length the number of bytes
	 * @return how many replies end in them
	 * @throws IOException if they aren't such replies; the message shows them
	 */
	int count(byte[] bytes, int length) throws IOException {
		int count = 0;
		int i = 0;
		while (i < length) {
			if (this.position == 0 && i + OK.length <= length && (int) INT.get(bytes, i) == OK_BITS) {
				i += OK.length;
				count++;
				continue;
			}
			if (bytes[i] != OK[this.position]) {
				String text = new String(bytes, i, Math.min(length - i, 60), StandardCharsets.UTF_8);
				throw new IOException("not ok: '" + text.replace("\n", "\\n") + "'");
			}
			i++;
			this.position = (this.position + 1) % OK.length;
			if (this.position == 0) {
				count++;
			}
		}
		return count;
	}

}
