package io.eardrum.server;

import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.server.fixture.InterceptedStorage;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestClient;
import io.eardrum.storage.StorageException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the commands besides put and get, byte for byte, over real connections.
 */
@Timeout(60)
class FurtherWordsIntegrationTests {

	private static final String WRONG = "error\nwrong command\n\n";

	private static final String UNAVAILABLE = "error\nstorage unavailable\n\n";

	@RegisterExtension
	private static final RunningServer server = RunningServer.with("--eardrum.tcp.delete=true");

	@Test
	void keysComeInTheOrderOfTheirFirstPut() throws Exception {
		try (RunningServer empty = RunningServer.start()) {
			assertThat(empty.conversation("keys\nkeys *\nkeys a\nkeys a.*\n")).isEqualTo("ok\n\n".repeat(4));
			assertThat(empty.conversation("""
					put z.cpu 1 5
					put a.cpu 2 5
					put z.cpu 3 1
					put b 4 5
					put a.b.cpu 1 1
					put a*b 1 1
					keys
					keys *.cpu
					keys **.cpu
					keys b
					keys c
					keys a\\*b
					keys {b,c}
					keys *
					""")).isEqualTo("ok\n\n".repeat(6) + """
					ok
					z.cpu
					a.cpu
					b
					a.b.cpu
					a*b

					ok
					z.cpu
					a.cpu

					ok
					z.cpu
					a.cpu
					a.b.cpu

					ok
					b

					ok

					ok
					a*b

					ok
					b

					ok
					z.cpu
					a.cpu
					b
					a.b.cpu
					a*b

					""");
		}
	}

	@Test
	void lastIsTheNewestPointThatIsNotTooFarAhead() throws Exception {
		long now = Instant.now().getEpochSecond();
		String early = "last.a 1.0 " + (now - 60) + "\n";
		String soon = "last.b 2.0 " + (now + 3600) + "\n";
		String never = "last.c 4.0 " + (now + 900_000) + "\n";
		assertThat(server.conversation("put last.a 1 %d\nput last.a 9 %d\nput last.a 3 %d\n".formatted(now - 60,
				now - 61, now + 200_000) + "put last.b 2 %d\n".formatted(now + 3600)
				+ "put last.c 3 %d\nput last.c 4 %d\n".formatted(now + 800_000, now + 900_000)
				+ "last last.a\nlast last.b\nlast last.c\nlast last.d\nlast last.*\nlast last.{b,c}\nlast last.\\a\n"))
			.isEqualTo("ok\n\n".repeat(6) + "ok\n" + early + "\nok\n" + soon + "\nok\n" + never + "\nok\n\nok\n" + early
					+ soon + never + "\nok\n" + soon + never + "\nok\n\n");
		assertThat(server.conversation("last *\n")).contains(early + soon + never).endsWith("\n\n");
	}

	@Test
	void rangeIncludesBothEnds() throws Exception {
		assertThat(server.conversation("""
				put range.a 1 -5
				put range.a 2 0
				put range.a 3 7
				put range.b 9 1
				range range.a -5 0
				range range.a -4 6
				range range.a 7 7
				range range.a 7 6
				range range.a 8 9
				range range.* -9 9
				range nobody 0 9
				range range.a -9223372036854775808 9223372036854775807
				""")).isEqualTo("ok\n\n".repeat(4) + """
				ok
				range.a 1.0 -5
				range.a 2.0 0

				ok
				range.a 2.0 0

				ok
				range.a 3.0 7

				ok

				ok

				ok

				ok

				ok
				range.a 1.0 -5
				range.a 2.0 0
				range.a 3.0 7

				""");
	}

	@Test
	void eachSeesThePutsBeforeItInItsFrame() throws Exception {
		assertThat(server.conversation("""
				put frame.a 1 1
				last frame.a
				put frame.a 2 2
				range frame.a 2 2
				put frame.b 3 3
				keys frame.*
				""")).isEqualTo("""
				ok

				ok
				frame.a 1.0 1

				ok

				ok
				frame.a 2.0 2

				ok

				ok
				frame.a
				frame.b

				""");
	}

	@ParameterizedTest
	@ValueSource(strings = { "keys a b", "keys [a", "keys a{b", "last", "last a b", "last [a", "range a 1",
			"range * 1 2", "range a 1 2.5", "range a 1 2 3", "delete", "delete *", "delete a 1", "help me", "quit now",
			"Keys", "QUIT", "HELP" })
	void wrongFormsAreWrongCommands(String line) throws Exception {
		assertThat(server.conversation(line + "\nget nobody\n")).isEqualTo(WRONG + "ok\n\n");
	}

	@Test
	void quitEndsTheSessionBehindAllReplies() throws Exception {
		try (TestClient client = server.client()) {
			client.send("put quit.a 1 1\nget quit.a\nput quit.b 2 2\nquit\nput quit.c 1 1\nget quit.c\n");
			assertThat(client.readToEnd()).isEqualTo("ok\n\nok\nquit.a 1.0 1\n\nok\n\nok\n\n");
		}
		assertThat(server.conversation("get quit.b\nget quit.c\n")).isEqualTo("ok\nquit.b 2.0 2\n\nok\n\n");
	}

	@Test
	void telnetCanQuit() throws Exception {
		try (TestClient client = server.client()) {
			client.send("quit\r\n");
			assertThat(client.readToEnd()).isEqualTo("ok\n\n");
		}
	}

	@Test
	void helpNamesEachCommandOnALineOfItsOwn() throws Exception {
		assertThat(server.conversation("help\n")).startsWith("ok\nput <key> <value> <timestamp> ")
			.contains("\nget <key> ", "\nkeys ", "\nlast <key> ", "\nrange ", "\ndelete <key> ", "\nhelp ", "\nquit ")
			.endsWith("end the session\n\n");
	}

	@ParameterizedTest
	@CsvSource({ "keys,", "last a,", "range a 1 2,", "help,", "quit,", "delete a,--eardrum.tcp.extensions=true" })
	void canBeSwitchedOff(String line, String argument) throws Exception {
		String off = (argument != null) ? argument : "--eardrum.tcp.extensions=false";
		try (RunningServer without = RunningServer.start(off)) {
			assertThat(without.conversation("put a 1 1\n" + line + "\nget a\n"))
				.isEqualTo("ok\n\n" + WRONG + "ok\na 1.0 1\n\n");
		}
	}

	@Test
	void deleteNeedsTheOtherWords() {
		assertThat(RunningServer.logOfFailedStart("--eardrum.tcp.extensions=false", "--eardrum.tcp.delete=true"))
			.contains("eardrum.tcp.delete", "With eardrum.tcp.extensions=false it must be false.");
	}

	@Test
	void deletesInTheOrderOfTheFrame() throws Exception {
		assertThat(server.conversation("""
				put delete.a 1 1
				put delete.a 2 2
				put delete.b 1 1
				put delete.a 3 3
				delete delete.a 2 2
				get delete.a
				delete delete.a 9 1
				delete nobody
				delete delete.a
				put delete.a 4 4
				get delete.a
				keys delete.*
				delete delete.b -5 5
				get delete.b
				keys delete.*
				""")).isEqualTo("ok\n\n".repeat(5) + """
				ok
				delete.a 1.0 1
				delete.a 3.0 3

				""" + "ok\n\n".repeat(4) + """
				ok
				delete.a 4.0 4

				ok
				delete.b
				delete.a

				ok

				ok

				ok
				delete.a

				""");
	}

	@Test
	void saysThatTheStoreCannotDeleteOrRead() throws Exception {
		InterceptedStorage storage = new InterceptedStorage();
		try (RunningServer failing = RunningServer.start(storage, "--eardrum.tcp.delete=true")) {
			storage.beforeRead((key) -> {
				throw new StorageException("the disk is broken");
			});
			storage.beforeDelete((keys) -> {
				throw new StorageException("the disk is broken");
			});
			assertThat(failing.conversation("put a 1 1\nrange a 1 1\ndelete a\nput a 2 2\nkeys\n"))
				.isEqualTo("ok\n\n" + UNAVAILABLE + UNAVAILABLE + "ok\n\nok\na\n\n");
		}
	}

	@Test
	void keysAreStreamedHoweverManyThereAre() throws Exception {
		StringBuilder puts = new StringBuilder();
		StringBuilder keys = new StringBuilder("ok\n");
		for (int i = 0; i < 20_000; i++) {
			puts.append("put many.").append(i).append(" 1 1\n");
			keys.append("many.").append(i).append('\n');
		}
		try (RunningServer empty = RunningServer.start()) {
			empty.conversation(puts.toString());
			assertThat(empty.conversation("keys\n")).isEqualTo(keys + "\n");
			assertThat(empty.conversation("keys many.*7\nlast many.19999\n")).contains("\nmany.17\nmany.27\n")
				.endsWith("\nmany.19997\n\nok\nmany.19999 1.0 1\n\n");
		}
	}

}
