package io.eardrum.server;

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

import io.eardrum.server.fixture.InterceptedStorage;
import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestClient;
import io.eardrum.storage.StorageException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests framing and commands of the protocol, byte for byte, over real connections.
 */
class ProtocolIntegrationTests {

	@RegisterExtension
	private static final RunningServer server = RunningServer.with();

	@Test
	void speaksTheTranscript() throws Exception {
		try (RunningServer empty = RunningServer.start(); TestClient client = empty.client()) {
			assertThat(client.exchange("get test_key\n")).isEqualTo("ok\n\n");
			assertThat(client.exchange("got test_key\n")).isEqualTo("error\nwrong command\n\n");
			assertThat(client.exchange("put test_key 12.0 1503319740\n")).isEqualTo("ok\n\n");
			assertThat(client.exchange("put test_key 13.0 1503319739\n")).isEqualTo("ok\n\n");
			assertThat(client.exchange("get test_key\n"))
				.isEqualTo("ok\ntest_key 13.0 1503319739\ntest_key 12.0 1503319740\n\n");
			assertThat(client.exchange("put another_key 10 1503319739\n")).isEqualTo("ok\n\n");
			assertThat(client.exchange("get *\n"))
				.isEqualTo("ok\ntest_key 13.0 1503319739\ntest_key 12.0 1503319740\nanother_key 10.0 1503319739\n\n");
			assertThat(client.halfClose().readToEnd()).isEmpty();
		}
	}

	@Test
	void answersGetAllOfNothingWithAnEmptyReply() throws Exception {
		try (RunningServer empty = RunningServer.start()) {
			assertThat(empty.conversation("get *\n")).isEqualTo("ok\n\n");
		}
	}

	@Test
	void answersGetAllInTheOrderOfFirstPuts() throws Exception {
		try (RunningServer empty = RunningServer.start()) {
			assertThat(empty.conversation("""
					put zebra 1 5
					put ant 2 5
					put zebra 3 1
					put Moose 4 5
					put zebra 5 5
					put ant 6 9
					get nobody
					get *
					""")).isEqualTo("ok\n\n".repeat(7) + """
					ok
					zebra 3.0 1
					zebra 5.0 5
					ant 2.0 5
					ant 6.0 9
					Moose 4.0 5

					""");
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void separatesWordsByBlanks(String description, String line) throws Exception {
		assertThat(server.conversation(line + "\nget blanks\n")).isEqualTo("ok\n\nok\nblanks 1.0 1\n\n");
	}

	static Stream<Arguments> separatesWordsByBlanks() {
		return Stream.of(Arguments.of("one space", "put blanks 1 1"), Arguments.of("tabs", "put\tblanks\t1\t1"),
				Arguments.of("many spaces", "put    blanks     1       1"),
				Arguments.of("tabs and spaces mixed", "put \t blanks\t \t1 \t\t 1"),
				Arguments.of("leading spaces", "   put blanks 1 1"), Arguments.of("leading tab", "\tput blanks 1 1"),
				Arguments.of("trailing spaces", "put blanks 1 1   "), Arguments.of("trailing tab", "put blanks 1 1\t"),
				Arguments.of("a carriage return before the line feed", "put blanks 1 1\r"),
				Arguments.of("trailing blanks and a carriage return", " put blanks 1 1 \t \r"),
				Arguments.of("a thousand spaces", "put" + " ".repeat(1000) + "blanks 1 1"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "got test", "Put a 1 1", "PUT a 1 1", "GET a", "Get a", "gett a", "ge a", "pu a 1 1",
			"puta 1 1", "put", "put ", "put a", "put a 1", "put a 1 1 1", "put a 1 1 1 1 1", "get", "get ", "get\t",
			"get a b", "get * *", "get * a", "get a *", "get a b c", "helper", "quits", "exit", "*", "ok", "error", "a",
			"\"get\" a", "get;a", "get,a", "getx", "get*", "delete a", "put,a,1,1", "put a=1 1", "?", "\u0440ut a 1 1",
			"\ufeffget a", "get\u00a0a", "get\u2003a", "get\u3000a", "put\u00a0a\u00a01\u00a01", "get\u000ba",
			"get\u000ca", "get\ra", "\rget a", "get a\r\r", "get a\u0000", "\u0000", "\u001b[A", "{\"put\":1}" })
	void answersAnythingElseAsWrongCommandAndGoesOn(String line) throws Exception {
		assertThat(server.conversation(line + "\nget nobody\n")).isEqualTo(Replies.WRONG_COMMAND + Replies.OK);
	}

	@Test
	void replacesPointAtTheSameTimestampAndKeepsOneRow() throws Exception {
		assertThat(server.conversation("""
				put same 1 10
				put same 2 20
				put same 3 10
				put same 4 +010
				get same
				""")).isEqualTo("ok\n\n".repeat(4) + "ok\nsame 4.0 10\nsame 2.0 20\n\n");
	}

	@Test
	void answersPointsAscendingByTimestamp() throws Exception {
		assertThat(server.conversation("""
				put order 1 0
				put order 2 9223372036854775807
				put order 3 -1
				put order 4 -9223372036854775808
				put order 5 1
				get order
				""")).isEqualTo("ok\n\n".repeat(5) + """
				ok
				order 4.0 -9223372036854775808
				order 3.0 -1
				order 1.0 0
				order 5.0 1
				order 2.0 9223372036854775807

				""");
	}

	@Test
	void showsPointToEveryConnectionOnceItIsAcknowledged() throws Exception {
		try (TestClient writer = server.client(); TestClient reader = server.client()) {
			for (int i = 0; i < 500; i++) {
				assertThat(writer.exchange("put visible " + i + " 1\n")).isEqualTo(Replies.OK);
				assertThat(reader.exchange("get visible\n")).isEqualTo("ok\nvisible " + i + ".0 1\n\n");
			}
		}
	}

	@Test
	void answersPipelinedCommandsInTheirOrder() throws Exception {
		assertThat(server.conversation("""
				get pipelined
				put pipelined 1 1
				get pipelined
				wrong
				put pipelined 2 2
				put pipelined x 3
				get pipelined
				""")).isEqualTo("ok\n\n" + "ok\n\n" + "ok\npipelined 1.0 1\n\n" + Replies.WRONG_COMMAND + "ok\n\n"
				+ Replies.WRONG_COMMAND + "ok\npipelined 1.0 1\npipelined 2.0 2\n\n");
	}

	@Test
	void sendsReplyThatFitsInOneWrite() throws Exception {
		try (TestClient client = server.client()) {
			for (int i = 0; i < 300; i++) {
				client.send("put whole " + i + " 1\n");
				assertThat(client.receiveOnce()).isEqualTo(Replies.OK);
				client.send("wrong\n");
				assertThat(client.receiveOnce()).isEqualTo(Replies.WRONG_COMMAND);
				client.send("get whole\n");
				assertThat(client.receiveOnce()).isEqualTo("ok\nwhole " + i + ".0 1\n\n");
			}
		}
	}

	@Test
	void endsLineAtLineFeedWhetherOrNotCarriageReturnComesFirst() throws Exception {
		assertThat(server.conversation("put crlf 1 1\r\nput crlf 2 2\nget crlf\r\nget crlf\n"))
			.isEqualTo("ok\n\nok\n\n" + "ok\ncrlf 1.0 1\ncrlf 2.0 2\n\n".repeat(2));
	}

	@Test
	void doesNotTakeCarriageReturnAloneAsTheEndOfLine() throws Exception {
		assertThat(server.conversation("put cr 1 1\rput cr 2 2\nget cr\n"))
			.isEqualTo(Replies.WRONG_COMMAND + Replies.OK);
	}

	@ParameterizedTest
	@ValueSource(strings = { "\u0016x\n", "\u0016\n", "\u0016", "\u0016\u0016\u0003\n" })
	void takesTheFirstByteOfTlsAloneForAWrongCommand(String sent) throws Exception {
		assertThat(server.conversation(sent)).isEqualTo(Replies.WRONG_COMMAND);
		try (TestClient client = server.client()) {
			if (sent.endsWith("\n")) {
				assertThat(client.exchange(sent)).isEqualTo(Replies.WRONG_COMMAND);
				assertThat(client.exchange("get nothing\n")).isEqualTo(Replies.OK);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "\u0016\u0003", "\u0016\u0003\u0001\n" })
	void knowsTlsByTwoBytesHoweverTheyCome(String sent) throws Exception {
		try (TestClient client = server.client()) {
			client.send(sent.substring(0, 1));
			Thread.sleep(50);
			client.send(sent.substring(1));
			byte[] alert = new byte[7];
			assertThat(client.read(alert)).isEqualTo(7);
			assertThat(alert).startsWith(21, 3).endsWith(2, 40);
			assertThat(client.read(alert)).isEqualTo(-1);
		}
	}

	@Test
	void answersEverythingBeforeItClosesWhenTheClientHalfCloses() throws Exception {
		assertThat(server.conversation("put palm.cpu 23.7 1150864247\nget palm.cpu\n"))
			.isEqualTo("ok\n\nok\npalm.cpu 23.7 1150864247\n\n");
		assertThat(server.conversation("get nobody\n".repeat(10_000))).isEqualTo(Replies.OK.repeat(10_000));
	}

	@Test
	void closesSilentlyWhenTheClientSaysNothing() throws Exception {
		assertThat(server.conversation("")).isEmpty();
	}

	@Test
	void answersThatStorageIsUnavailableAndGoesOn() throws Exception {
		InterceptedStorage storage = new InterceptedStorage();
		try (RunningServer failing = RunningServer.start(storage); TestClient client = failing.client()) {
			assertThat(client.exchange("put disk 1 1\n")).isEqualTo(Replies.OK);
			storage.beforePut((batch) -> {
				throw new StorageException("the disk is full");
			});
			assertThat(client.exchange("put disk 2 2\n")).isEqualTo(Replies.STORAGE_UNAVAILABLE);
			assertThat(client.exchange("get disk\n")).isEqualTo("ok\ndisk 1.0 1\n\n");
			client.send("get disk\nput disk 3 3\nwrong\nput disk x 4\nget disk\nput disk 5 5\n");
			assertThat(client.reply()).isEqualTo("ok\ndisk 1.0 1\n\n");
			assertThat(client.reply()).isEqualTo(Replies.STORAGE_UNAVAILABLE);
			assertThat(client.reply()).isEqualTo(Replies.WRONG_COMMAND);
			assertThat(client.reply()).isEqualTo(Replies.WRONG_COMMAND);
			assertThat(client.reply()).isEqualTo("ok\ndisk 1.0 1\n\n");
			assertThat(client.reply()).isEqualTo(Replies.STORAGE_UNAVAILABLE);
			storage.beforePut((batch) -> {
			});
			assertThat(client.exchange("put disk 6 6\n")).isEqualTo(Replies.OK);
			assertThat(client.exchange("get disk\n")).isEqualTo("ok\ndisk 1.0 1\ndisk 6.0 6\n\n");
		}
	}

	@Test
	void answersThatStorageIsUnavailableWhateverTheStoreThrows() throws Exception {
		InterceptedStorage storage = new InterceptedStorage();
		storage.beforePut((batch) -> {
			throw new IllegalStateException("a bug in the store");
		});
		try (RunningServer failing = RunningServer.start(storage); TestClient client = failing.client()) {
			assertThat(client.exchange("put bug 1 1\n")).isEqualTo(Replies.STORAGE_UNAVAILABLE);
			assertThat(client.exchange("get bug\n")).isEqualTo(Replies.OK);
		}
	}

	@Test
	void cutsReplyOfWhichAPartHasLeftWithAReset() throws Exception {
		InterceptedStorage storage = new InterceptedStorage();
		storage.afterRead((key) -> {
			throw new StorageException("the disk is gone");
		});
		try (RunningServer failing = RunningServer.start(storage); TestClient client = failing.client()) {
			StringBuilder puts = new StringBuilder();
			for (int i = 0; i < 20_000; i++) {
				puts.append("put long 1 ").append(i).append('\n');
			}
			assertThat(failing.conversation(puts.toString())).isEqualTo(Replies.OK.repeat(20_000));
			client.send("get long\n");
			TestClient.Rest rest = client.readUntilClosed();
			assertThat(rest.text()).startsWith("ok\nlong 1.0 0\n").doesNotContain("\n\n");
			assertThat(rest.reset()).as("reset").isTrue();
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.until(() -> failing.scrape().sum("eardrum_connections_reset_total", "reason", "reply_cut") == 1);
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void answersInvalidUtf8AsWrongCommandAndGoesOn(String description, String latin1) throws Exception {
		byte[] sent = ("get a" + latin1 + "\nput a" + latin1 + "z 1 1\nget nobody\n")
			.getBytes(StandardCharsets.ISO_8859_1);
		assertThat(server.conversation(sent)).isEqualTo(Replies.WRONG_COMMAND.repeat(2) + Replies.OK);
	}

	static Stream<Arguments> answersInvalidUtf8AsWrongCommandAndGoesOn() {
		return Stream.of(Arguments.of("lone continuation byte", "\u0080"),
				Arguments.of("lone continuation byte 0xBF", "\u00bf"),
				Arguments.of("overlong NUL of two bytes", "\u00c0\u0080"),
				Arguments.of("overlong slash of two bytes", "\u00c0\u00af"),
				Arguments.of("overlong DEL of two bytes", "\u00c1\u00bf"),
				Arguments.of("overlong line feed of two bytes", "\u00c0\u008a"),
				Arguments.of("overlong of three bytes", "\u00e0\u0080\u0080"),
				Arguments.of("largest overlong of three bytes", "\u00e0\u009f\u00bf"),
				Arguments.of("overlong of four bytes", "\u00f0\u0080\u0080\u0080"),
				Arguments.of("largest overlong of four bytes", "\u00f0\u008f\u00bf\u00bf"),
				Arguments.of("first high surrogate", "\u00ed\u00a0\u0080"),
				Arguments.of("last low surrogate", "\u00ed\u00bf\u00bf"),
				Arguments.of("pair of surrogates (CESU-8)", "\u00ed\u00a0\u0081\u00ed\u00b0\u0080"),
				Arguments.of("above U+10FFFF", "\u00f4\u0090\u0080\u0080"),
				Arguments.of("0xF5", "\u00f5\u0080\u0080\u0080"),
				Arguments.of("five bytes", "\u00f8\u0088\u0080\u0080\u0080"), Arguments.of("0xFE", "\u00fe"),
				Arguments.of("two bytes cut to one", "\u00c3"), Arguments.of("three bytes cut to one", "\u00e2"),
				Arguments.of("three bytes cut to two", "\u00e2\u0082"), Arguments.of("four bytes cut to one", "\u00f0"),
				Arguments.of("four bytes cut to two", "\u00f0\u009f"),
				Arguments.of("four bytes cut to three", "\u00f0\u009f\u0091"),
				Arguments.of("too many continuation bytes", "\u00c3\u00a9\u00a9"), Arguments.of("Latin-1", "\u00e9"));
	}

	@Test
	void answersInvalidUtf8AnywhereInTheLineAsOneWrongCommand() throws Exception {
		byte[] sent = "\u0080get a\nput a 1 1\u0080\nput a \u0080 1\n\u0080\n \u00c3 \n"
			.getBytes(StandardCharsets.ISO_8859_1);
		assertThat(server.conversation(sent)).isEqualTo(Replies.WRONG_COMMAND.repeat(5));
	}

}
