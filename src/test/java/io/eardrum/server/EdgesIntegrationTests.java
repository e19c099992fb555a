package io.eardrum.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the edges of the protocol over real connections: empty, long and cut lines,
 * telnet negotiation, web browsers, and too many connections. In the arguments {@code O}
 * stands for an {@code ok} without rows, and {@code W} for a wrong command.
 */
class EdgesIntegrationTests {

	private static final int LIMIT = 4096;

	@RegisterExtension
	private static final RunningServer server = RunningServer.with();

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void answersEmptyLineUnlessItEndsCommand(String description, String sent, String replies) throws Exception {
		assertThat(server.conversation(sent)).isEqualTo(expand(replies));
	}

	static Stream<Arguments> answersEmptyLineUnlessItEndsCommand() {
		return Stream.of(Arguments.of("one after a wrong get", "get wrong command test\n\n", "W"),
				Arguments.of("one after a get", "get nobody\n\n", "O"),
				Arguments.of("one after a wrong command", "wrong\n\n", "W"), Arguments.of("first of all", "\n", "W"),
				Arguments.of("two first of all", "\n\n", "WW"), Arguments.of("first of all, CR LF", "\r\n", "W"),
				Arguments.of("two after a get", "get nobody\n\n\n", "OW"),
				Arguments.of("three after a get", "get nobody\n\n\n\n", "OWW"),
				Arguments.of("five after a get", "get nobody\n\n\n\n\n\n", "OWWWW"),
				Arguments.of("one after each of two gets", "get nobody\n\nget nobody\n\n", "OO"),
				Arguments.of("two after each of two gets", "get nobody\n\n\nget nobody\n\n\n", "OWOW"),
				Arguments.of("first of all, then one after a get", "\nget nobody\n\n", "WO"),
				Arguments.of("CR LF after a get", "get nobody\r\n\r\n", "O"),
				Arguments.of("CR LF twice after a get", "get nobody\r\n\r\n\r\n", "OW"),
				Arguments.of("only spaces after a get", "get nobody\n   \n", "O"),
				Arguments.of("only a tab after a get", "get nobody\n\t\n", "O"),
				Arguments.of("blanks and a CR after a get", "get nobody\n \t \r\n", "O"),
				Arguments.of("blanks, then none", "get nobody\n \n\n", "OW"),
				Arguments.of("only blanks first of all", " \t\n", "W"),
				Arguments.of("one after a put", "put blank 1 1\n\nput blank 1 1\n\n", "OO"),
				Arguments.of("one after a put with a wrong value", "put blank x 1\n\n", "W"),
				Arguments.of("one after a line that is too long", "x".repeat(LIMIT + 1) + "\n\n", "W"),
				Arguments.of("one after a line of only a CR too many", "\r\r\n\n", "W"));
	}

	@Test
	void takesEmptyLineOfEachConnectionForItself() throws Exception {
		try (TestClient first = server.client(); TestClient second = server.client()) {
			assertThat(first.exchange("get nobody\n")).isEqualTo(Replies.OK);
			assertThat(second.exchange("\n")).isEqualTo(Replies.WRONG_COMMAND);
			assertThat(first.exchange("\nget nobody\n")).isEqualTo(Replies.OK);
			assertThat(first.halfClose().readToEnd()).isEmpty();
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void dropsLineThatIsLongerThanTheLimitAndGoesOn(String description, String sent, String replies) throws Exception {
		assertThat(server.conversation(sent)).isEqualTo(expand(replies));
	}

	static Stream<Arguments> dropsLineThatIsLongerThanTheLimitAndGoesOn() {
		return Stream.of(Arguments.of("the limit", padded("get nobody", LIMIT) + "\nget nobody\n", "OO"),
				Arguments.of("the limit and CR LF", padded("get nobody", LIMIT) + "\r\nget nobody\n", "OO"),
				Arguments.of("one more than the limit", padded("get nobody", LIMIT + 1) + "\nget nobody\n", "WO"),
				Arguments.of("one more than the limit and CR LF", padded("get nobody", LIMIT + 1) + "\r\nget nobody\n",
						"WO"),
				Arguments.of("twice the limit", padded("get nobody", 2 * LIMIT) + "\nget nobody\n", "WO"),
				Arguments.of("two long lines", ("x".repeat(LIMIT + 1) + "\n").repeat(2) + "get nobody\n", "WWO"),
				Arguments.of("100 long lines", ("x".repeat(LIMIT + 1) + "\n").repeat(100) + "get nobody\n",
						"W".repeat(100) + "O"),
				Arguments.of("a megabyte", "x".repeat(1024 * 1024) + "\nget nobody\n", "WO"),
				Arguments.of("a megabyte of puts without line feeds",
						"put long 1 1 ".repeat(80_000) + "\nget long\n\nget nobody\n", "WOO"),
				Arguments.of("a megabyte of carriage returns", "\r".repeat(1024 * 1024) + "\nget nobody\n", "WO"),
				Arguments.of("a megabyte of spaces", " ".repeat(1024 * 1024) + "\nget nobody\n", "WO"),
				Arguments.of("between two good lines", "get nobody\n" + "x".repeat(10_000) + "\nget nobody\n", "OWO"),
				Arguments.of("the end of the stream instead of a line feed", "get nobody\n" + "x".repeat(100_000),
						"OW"));
	}

	@Test
	void keepsAnotherMaximumLineLength() throws Exception {
		try (RunningServer other = RunningServer.start("--eardrum.tcp.max-line-length=64",
				"--eardrum.tcp.max-key-length=16")) {
			assertThat(other.conversation(padded("get nobody", 64) + "\n" + padded("get nobody", 65) + "\n"))
				.isEqualTo(Replies.OK + Replies.WRONG_COMMAND);
		}
	}

	@Test
	void answersCommandThatWaitsBehindEndlessLineOfAnotherConnection() throws Exception {
		byte[] block = "x".repeat(64 * 1024).getBytes(StandardCharsets.US_ASCII);
		try (TestClient endless = server.client(); TestClient other = server.client()) {
			for (int i = 0; i < 500; i++) {
				endless.send(block);
			}
			assertThat(other.exchange("get nobody\n")).isEqualTo(Replies.OK);
			assertThat(endless.exchange("\n")).isEqualTo(Replies.WRONG_COMMAND);
			assertThat(endless.exchange("get nobody\n")).isEqualTo(Replies.OK);
		}
	}

	@ParameterizedTest(name = "[{index}] cut after <{0}>")
	@ValueSource(strings = { "put cut 1 1", "put cut 1 15", "put cut 1", "put cut", "put", "p", "get nobody", "get *",
			"get", "put cut 1 1\r", "put cut 1 1 ", "wrong", "\u00e9", " ", "\r" })
	void neverExecutesLineThatIsCutByTheEndOfTheStream(String cut) throws Exception {
		assertThat(server.conversation("put before.cut 1 1\n" + cut)).isEqualTo(Replies.OK + Replies.WRONG_COMMAND);
		assertThat(server.conversation(cut)).isEqualTo(Replies.WRONG_COMMAND);
		assertThat(server.conversation("get cut\n")).isEqualTo(Replies.OK);
	}

	@Test
	void answersWrongCommandForLineThatIsCutInsideCharacter() throws Exception {
		assertThat(server.conversation(latin1("put cut.\u00f0\u009f"))).isEqualTo(Replies.WRONG_COMMAND);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void swallowsTelnetNegotiation(String description, String sent, String replies) throws Exception {
		assertThat(server.conversation(latin1(sent))).isEqualTo(expand(replies));
	}

	static Stream<Arguments> swallowsTelnetNegotiation() {
		String linemode = "\u00ff\u00fa\"\u0003\u0001\u0000\u0003b\n\u0004\u0002\u000f\u00ff\u00f0";
		return Stream.of(Arguments.of("WILL at the start", "\u00ff\u00fb\u0001get nobody\n", "O"),
				Arguments.of("WONT at the start", "\u00ff\u00fc\u0001get nobody\n", "O"),
				Arguments.of("DO at the start", "\u00ff\u00fd\u0003get nobody\n", "O"),
				Arguments.of("DONT at the start", "\u00ff\u00fe\u0003get nobody\n", "O"),
				Arguments.of("several", "\u00ff\u00fd\u0003\u00ff\u00fb\u0018\u00ff\u00fb\u001fget nobody\n", "O"),
				Arguments.of("in the middle of a word", "ge\u00ff\u00fb\u0001t nobody\n", "O"),
				Arguments.of("between words", "get \u00ff\u00fb\u0001nobody\n", "O"),
				Arguments.of("inside a character", "get nob\u00c3\u00ff\u00fb\u0001\u00a9dy\n", "O"),
				Arguments.of("before the line feed", "get nobody\u00ff\u00fb\u0001\n", "O"),
				Arguments.of("between CR and LF", "get nobody\r\u00ff\u00fb\u0001\n", "O"),
				Arguments.of("an option that is a line feed", "\u00ff\u00fd\nget nobody\n", "O"),
				Arguments.of("an option that is 0xFF", "\u00ff\u00fb\u00ffget nobody\n", "O"),
				Arguments.of("a subnegotiation", "\u00ff\u00fa\u0018\u0000xterm\u00ff\u00f0get nobody\n", "O"),
				Arguments.of("a subnegotiation with a line feed", linemode + "get nobody\n", "O"),
				Arguments.of("a subnegotiation with an escaped IAC",
						"\u00ff\u00fa\u001f\u0000\u00ff\u00ff\u0000\u0018\u00ff\u00f0get nobody\n", "O"),
				Arguments.of("a subnegotiation with an escaped IAC before an SE byte",
						"\u00ff\u00fa\u001f\u00ff\u00ff\u00f0\u0018\u00ff\u00f0get nobody\n", "O"),
				Arguments.of("NOP", "\u00ff\u00f1get \u00ff\u00f1nobody\u00ff\u00f1\n", "O"),
				Arguments.of("interrupt and DO timing mark, as telnet sends Ctrl-C",
						"\u00ff\u00f4\u00ff\u00fd\u0006get nobody\n", "O"),
				Arguments.of("break, abort, are you there, erase, go ahead",
						"\u00ff\u00f3\u00ff\u00f5\u00ff\u00f6\u00ff\u00f7\u00ff\u00f8\u00ff\u00f9get nobody\n", "O"),
				Arguments.of("data mark and lone SE", "\u00ff\u00f2\u00ff\u00f0get nobody\n", "O"),
				Arguments.of("an escaped IAC, which is a byte 0xFF and no UTF-8", "get a\u00ff\u00ffb\nget nobody\n",
						"WO"),
				Arguments.of("an IAC before a byte that is no telnet command", "get a\u00ffb\nget nobody\n", "WO"),
				Arguments.of("an IAC before byte 239", "get a\u00ff\u00efb\nget nobody\n", "WO"),
				Arguments.of("an IAC before a line feed", "get a\u00ff\nget nobody\n", "WO"),
				Arguments.of("after a command, then an empty line", "get nobody\n\u00ff\u00fb\u0001\n", "O"),
				Arguments.of("alone before the end of the stream", "get nobody\n\u00ff\u00fb\u0001", "O"),
				Arguments.of("bytes of a line count without it",
						"\u00ff\u00fb\u0001" + padded("get nobody", LIMIT) + "\n", "O"));
	}

	@ParameterizedTest(name = "{0} segments")
	@ValueSource(ints = { 1, 2, 5, 1000 })
	void answersWebBrowserOnceAndStoresNothingOfItsBody(int segments) throws Exception {
		byte[] request = """
				POST / HTTP/1.1\r
				Host: 127.0.0.1:8888\r
				User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0\r
				Content-Type: text/plain;charset=UTF-8\r
				Content-Length: 48\r
				Origin: http://evil.example\r
				Connection: keep-alive\r
				\r
				put evil 1 1
				put evil 2 2
				put evil 3 3
				get *
				""".getBytes(StandardCharsets.US_ASCII);
		try (TestClient browser = server.client(); TestClient other = server.client()) {
			try {
				for (int i = 0; i < segments; i++) {
					int from = (int) ((long) request.length * i / segments);
					int to = (int) ((long) request.length * (i + 1) / segments);
					browser.send(request, from, to);
				}
			}
			catch (IOException ex) {
				assertThat(segments).as("closed while the request was sent").isGreaterThan(1);
			}
			assertThat(browser.readUntilClosed().text()).isEqualTo(Replies.WRONG_COMMAND);
			assertThat(other.exchange("get evil\n")).isEqualTo(Replies.OK);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET / HTTP/1.1", "GET / HTTP/1.0", "HEAD / HTTP/1.1", "OPTIONS * HTTP/1.1",
			"PUT /put HTTP/1.1", "PRI * HTTP/2.0", "CONNECT 127.0.0.1:8888 HTTP/1.1", "Host: localhost",
			"Host: 127.0.0.1:8888", "Host:", "Host:localhost" })
	void closesAfterLineOfHttp(String line) throws Exception {
		try (TestClient client = server.client()) {
			client.send("put before.http 1 1\n" + line + "\r\nput evil 1 1\n");
			assertThat(client.readUntilClosed().text()).isEqualTo(Replies.OK + Replies.WRONG_COMMAND);
		}
		assertThat(server.conversation("get evil\n")).isEqualTo(Replies.OK);
	}

	@Test
	void endsConnectionCleanlyAfterLineOfHttpThatCameAlone() throws Exception {
		try (TestClient client = server.client()) {
			assertThat(client.exchange("GET / HTTP/1.1\r\n")).isEqualTo(Replies.WRONG_COMMAND);
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@Test
	void swallowsLongBodyOfHttpRequestWithoutLosingItsReply() throws Exception {
		String body = "put evil 1 1\n".repeat(5_000);
		for (int i = 0; i < 20; i++) {
			try (TestClient client = server.client()) {
				client.send("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n" + body);
				assertThat(client.readUntilClosed().text()).isEqualTo(Replies.WRONG_COMMAND);
			}
		}
		assertThat(server.conversation("get evil\n")).isEqualTo(Replies.OK);
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET /", "GET / HTTP/1.1 x", "get a b HTTP/1.1", "put http.key 1 HTTP/1.1", "HTTP/1.1",
			"HTTP/1.1 200 OK", "hosts", "Hos" })
	void goesOnAfterLineThatOnlyLooksLikeHttp(String line) throws Exception {
		assertThat(server.conversation(line + "\nget nobody\n")).isEqualTo(Replies.WRONG_COMMAND + Replies.OK);
	}

	@Test
	void goesOnAfterGetOfKeyThatLooksLikeHttp() throws Exception {
		assertThat(server.conversation("get HTTP/1.1\nget Host:\n")).isEqualTo(Replies.OK.repeat(2));
	}

	@Test
	void refusesOneConnectionTooManyAndTakesTheNextOnceOneIsClosed() throws Exception {
		try (RunningServer small = RunningServer.start("--eardrum.tcp.max-connections=2");
				TestClient first = small.client();
				TestClient second = small.client()) {
			assertThat(first.exchange("get nobody\n")).isEqualTo(Replies.OK);
			assertThat(second.exchange("get nobody\n")).isEqualTo(Replies.OK);
			for (int i = 0; i < 20; i++) {
				try (TestClient silent = small.client()) {
					assertThat(silent.readToEnd()).isEqualTo(Replies.TOO_MANY_CONNECTIONS);
				}
				try (TestClient hasty = small.client()) {
					hasty.send("put hasty 1 1\n");
					assertThat(hasty.readUntilClosed().text()).isEqualTo(Replies.TOO_MANY_CONNECTIONS);
				}
			}
			assertThat(first.exchange("get *\n")).isEqualTo(Replies.OK);
			second.halfClose();
			Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
				try (TestClient third = small.client()) {
					assertThat(third.exchange("get nobody\n")).isEqualTo(Replies.OK);
				}
			});
			assertThat(first.exchange("get nobody\n")).isEqualTo(Replies.OK);
		}
	}

	private static String padded(String line, int length) {
		return line + " ".repeat(length - line.length());
	}

	private static byte[] latin1(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	private static String expand(String replies) {
		return replies.replace("W", Replies.WRONG_COMMAND).replace("O", Replies.OK);
	}

}
