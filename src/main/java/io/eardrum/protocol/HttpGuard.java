package io.eardrum.protocol;

/**
 * Recognises a line of an HTTP request. A web page can make a browser send a request to
 * any port, with lines in its body that would be commands.
 */
final class HttpGuard {

	private static final String HOST = "HOST:";

	private HttpGuard() {
	}

	// Returns whether a line begins like a request line. It is for lines that are too
	// long, whose end may have been dropped. Methods are in capitals, and commands are
	// not.
	static boolean isLongRequestLine(byte[] source, LineWords words) {
		return words.count() > 1 && isCapitals(source, words.start(0), words.end(0)) && source[words.start(1)] == '/';
	}

	// Returns whether a line is a host header with its value and nothing else. A line
	// that begins like that and goes on may be a point of Graphite.
	static boolean isHostHeader(byte[] source, LineWords words) {
		return words.count() == 2 && words.length(0) == HOST.length()
				&& startsWith(source, words.start(0), words.end(0), HOST);
	}

	// Returns whether a line is a request line, or the host header that every browser
	// sends.
	static boolean isHttp(byte[] source, LineWords words) {
		return (words.count() > 0 && startsWith(source, words.start(0), words.end(0), HOST))
				|| isRequestLine(source, words);
	}

	// Returns whether a line is a request line, with which every request starts.
	static boolean isRequestLine(byte[] source, LineWords words) {
		return words.count() == 3 && isVersion(source, words.start(2), words.end(2));
	}

	private static boolean isVersion(byte[] source, int start, int end) {
		return startsWith(source, start, end, "HTTP/") && end - start > 5 && isDigit(source[start + 5]);
	}

	private static boolean isCapitals(byte[] source, int start, int end) {
		for (int i = start; i < end; i++) {
			if (source[i] < 'A' || source[i] > 'Z') {
				return false;
			}
		}
		return true;
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
