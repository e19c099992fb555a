package io.eardrum.protocol;

/**
 * Recognises a line of an HTTP request: a web page can make a browser send one to any
 * port, with lines in its body that would be commands.
 */
final class HttpGuard {

	private HttpGuard() {
	}

	// Tells whether a line is a request line, or the host header that browsers send.
	static boolean isHttp(byte[] source, int[] wordStarts, int[] wordEnds, int words) {
		return startsWith(source, wordStarts[0], wordEnds[0], "HOST:")
				|| (words == 3 && isVersion(source, wordStarts[2], wordEnds[2]));
	}

	private static boolean isVersion(byte[] source, int start, int end) {
		return startsWith(source, start, end, "HTTP/") && end - start > 5 && isDigit(source[start + 5]);
	}

	private static boolean isDigit(byte value) {
		return value >= '0' && value <= '9';
	}

	private static boolean startsWith(byte[] source, int start, int end, String upperCase) {
		if (end - start < upperCase.length()) {
			return false;
		}
		for (int i = 0; i < upperCase.length(); i++) {
			if (Character.toUpperCase((char) (source[start + i] & 0xFF)) != upperCase.charAt(i)) {
				return false;
			}
		}
		return true;
	}

}
