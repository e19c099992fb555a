package io.eardrum.server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.assertj.core.api.Assertions;

/**
 * The fixed replies of the protocol, written out once.
 */
public final class Replies {

	public static final String OK = "ok\n\n";

	public static final String WRONG_COMMAND = "error\nwrong command\n\n";

	static final String STORAGE_UNAVAILABLE = "error\nstorage unavailable\n\n";

	static final String TOO_MANY_CONNECTIONS = "error\ntoo many connections\n\n";

	private static final int SHOWN_AROUND_MISMATCH = 80;

	private Replies() {
	}

	/**
	 * Compares long replies. If they differ, the message shows only the text around the
	 * first difference.
	 * @param context what was done, with the seed if there is one
	 * @param actual what was received
	 * @param expected what should have been received
	 */
	public static void assertSame(String context, String actual, String expected) {
		byte[] received = actual.getBytes(StandardCharsets.UTF_8);
		byte[] wanted = expected.getBytes(StandardCharsets.UTF_8);
		int mismatch = Arrays.mismatch(received, wanted);
		if (mismatch >= 0) {
			Assertions.fail("%s: %d bytes instead of %d, which differ from byte %d on:%n<%s>%ninstead of%n<%s>",
					context, received.length, wanted.length, mismatch, around(received, mismatch),
					around(wanted, mismatch));
		}
	}

	private static String around(byte[] bytes, int position) {
		int from = Math.max(0, position - SHOWN_AROUND_MISMATCH);
		int to = Math.min(bytes.length, position + SHOWN_AROUND_MISMATCH);
		return new String(bytes, from, Math.max(0, to - from), StandardCharsets.UTF_8).replace("\n", "\\n");
	}

}
