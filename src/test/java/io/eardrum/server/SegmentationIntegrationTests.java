package io.eardrum.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the replies are the same, however TCP cuts what a client sends. Between two
 * segments another connection gets an answer, which gives the server time to read the
 * segments separately.
 */
class SegmentationIntegrationTests {

	private static final String W = Replies.WRONG_COMMAND;

	@RegisterExtension
	private static final RunningServer server = RunningServer.with();

	private TestClient pacer;

	@BeforeAll
	static void fill() throws IOException {
		server.conversation("put st\u00fcck 1.5 10\nput st\u00fcck 2.5 20\nput other 3 30\n");
	}

	@BeforeEach
	void connectPacer() throws IOException {
		this.pacer = server.client();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("scripts")
	void repliesDoNotDependOnWhereInputIsCut(String description, String latin1, String replies) throws Exception {
		byte[] script = latin1.getBytes(StandardCharsets.ISO_8859_1);
		assertThat(server.conversation(script)).as("in one piece").isEqualTo(replies);
		for (int cut = 1; cut < script.length; cut++) {
			try (TestClient client = server.client()) {
				client.send(script, 0, cut);
				letServerRead();
				client.send(script, cut, script.length);
				assertThat(client.halfClose().readToEnd()).as("cut after byte " + cut).isEqualTo(replies);
			}
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("scripts")
	void repliesAreTheSameByteByByte(String description, String latin1, String replies) throws Exception {
		byte[] script = latin1.getBytes(StandardCharsets.ISO_8859_1);
		try (TestClient client = server.client()) {
			for (int i = 0; i < script.length; i++) {
				client.send(script, i, i + 1);
				letServerRead();
			}
			assertThat(client.halfClose().readToEnd()).isEqualTo(replies);
		}
	}

	static Stream<Arguments> scripts() {
		String stueck = "ok\nst\u00fcck 1.5 10\nst\u00fcck 2.5 20\n\n";
		String all = "ok\nst\u00fcck 1.5 10\nst\u00fcck 2.5 20\nother 3.0 30\n\n";
		String key = "st\u00c3\u00bcck";
		String terminalType = "\u00ff\u00fa\u0018\u0000xt\n\u00ff\u00ff\u00f0m\u00ff\u00f0";
		return Stream.of(Arguments.of("put", "put other 3 30\n", "ok\n\n"),
				Arguments.of("put with CR LF and an empty line", "put other +3.0e0 0030\r\n\r\n", "ok\n\n"),
				Arguments.of("put with a wrong value", "put other 3x 30\n", W),
				Arguments.of("put with a key of many bytes a character",
						"put " + key + " 1.5 10\nput \u00f0\u009f\u0091\u0082\u00ff\n", "ok\n\n" + W),
				Arguments.of("get", "get " + key + "\n", stueck), Arguments.of("get of all", "get *\n", all),
				Arguments.of("wrong command", "got other\n", W),
				Arguments.of("empty lines", "\nget nobody\n\n \n\t\r\nget nobody\n\n", W + "ok\n\n" + W + W + "ok\n\n"),
				Arguments.of("invalid UTF-8", "get \u00ed\u00a0\u0080\nget nobody\n", W + "ok\n\n"),
				Arguments.of("overlong UTF-8", "get \u00f0\u0080\u0080\u0080\nget nobody\n", W + "ok\n\n"),
				Arguments.of("telnet negotiation",
						"\u00ff\u00fd\u0003\u00ff\u00fb\ng\u00ff\u00fc\u0018et\u00ff\u00f1 other" + terminalType
								+ "\r\u00ff\u00fe\u0001\nget a\u00ff\u00ffb\nget a\u00ffb\n",
						"ok\nother 3.0 30\n\n" + W + W),
				Arguments.of("cut last line", "put other 3 30\nput other 3 3", "ok\n\n" + W),
				Arguments.of("pipelined commands",
						"put other 3 30\nget " + key + "\nwrong\r\nput other x 30\n\nget *\nget nobody\n",
						"ok\n\n" + stueck + W + W + all + "ok\n\n"));
	}

	private void letServerRead() throws IOException {
		assertThat(this.pacer.exchange("get nobody\n")).isEqualTo(Replies.OK);
	}

}
