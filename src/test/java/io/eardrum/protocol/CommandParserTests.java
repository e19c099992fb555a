package io.eardrum.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.fixture.TestSeed;
import io.eardrum.protocol.fixture.RecordedCommands;

import static org.assertj.core.api.Assertions.assertThat;

class CommandParserTests {

	private final RecordedCommands commands = new RecordedCommands();

	private CommandParser parser = new CommandParser(ProtocolLimits.DEFAULTS);

	@Test
	void readsCommandsInTheirOrder() throws IOException {
		assertThat(parse("put a 1 2\nget a\nget *\nput b -1.5e3 -7\r\n")).isTrue();
		assertThat(this.commands.lines()).containsExactly("put a 1.0 2", "get a", "get all", "put b -1500.0 -7");
	}

	@ParameterizedTest
	@ValueSource(strings = { "put k 1 2\n", " put k 1 2\n", "put  k\t1   2 \t\r\n", "\tput\tk\t1\t2\n", "put k 1 2\r\n",
			"put k 1 2 \n", "put k 1.0 002\n", "put k +1e0 +2\n" })
	void readsAPutHoweverItIsSpaced(String line) throws IOException {
		parse(line);
		assertThat(this.commands.lines()).containsExactly("put k 1.0 2");
	}

	@ParameterizedTest
	@CsvSource({ "got k,UNKNOWN,UNKNOWN_COMMAND", "PUT k 1 2,UNKNOWN,UNKNOWN_COMMAND",
			"putk 1 2,UNKNOWN,UNKNOWN_COMMAND", "put,PUT,WRONG_WORD_COUNT", "put k,PUT,WRONG_WORD_COUNT",
			"put  1.5 22,PUT,WRONG_WORD_COUNT", "put k 1,PUT,WRONG_WORD_COUNT", "put k 1 2 3,PUT,WRONG_WORD_COUNT",
			"put k 1 2 3 4 5 6,PUT,WRONG_WORD_COUNT", "put * 1 2,PUT,BAD_KEY", "put k nan 2,PUT,BAD_VALUE",
			"put k 1e400 2,PUT,BAD_VALUE", "put k 1f 2,PUT,BAD_VALUE", "put k 1 2.0,PUT,BAD_TIMESTAMP",
			"put k 1 9223372036854775808,PUT,BAD_TIMESTAMP", "put k 1 1e3,PUT,BAD_TIMESTAMP",
			"get,GET,WRONG_WORD_COUNT", "get a b,GET,WRONG_WORD_COUNT", "get * *,GET,WRONG_WORD_COUNT",
			"GET / HTTP/1.1,UNKNOWN,HTTP", "GET / http/0.9,UNKNOWN,HTTP", "GET / HTTP/9,UNKNOWN,HTTP",
			"GET / HTTP/,UNKNOWN,UNKNOWN_COMMAND", "GET / HTTP/:,UNKNOWN,UNKNOWN_COMMAND",
			"GET / HTTP//,UNKNOWN,UNKNOWN_COMMAND", "host: x,UNKNOWN,HTTP", "Host:,UNKNOWN,HTTP" })
	void tellsWhatIsWrong(String line, Command command, ErrorReason reason) throws IOException {
		parse(line + "\n");
		assertThat(this.commands.lines()).containsExactly("wrong " + command + " " + reason);
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', value = { "keys;keys of all", "keys *;keys of all", "keys a;key a",
			"keys a.*;keys like a.*", "keys a\\*;keys like a\\*", "keys a\\b;key a\\b", "keys {a,b};keys like {a,b}",
			"keys [ab;keys like [ab", "keys a?;keys like a?", "last a;last a", "last *;last of all",
			"last **;last like **", "range a 1 2;range a 1 2", "range a* -5 +05;range a* -5 5",
			"range a 2 1;range a 2 1",
			"range a -9223372036854775808 9223372036854775807;" + "range a -9223372036854775808 9223372036854775807",
			"delete a;delete a -9223372036854775808 9223372036854775807", "delete a* 1 2;delete a* 1 2", "quit;quit" })
	void readsTheFurtherWords(String line, String expected) throws IOException {
		this.parser = new CommandParser(ProtocolLimits.DEFAULTS, FurtherWords.ALL);
		assertThat(parse(line + "\nput k 1 2\n")).isEqualTo(!line.equals("quit"));
		assertThat(this.commands.lines().get(0)).isEqualTo(expected);
		assertThat(this.commands.lines()).hasSize(line.equals("quit") ? 1 : 2);
	}

	@ParameterizedTest
	@CsvSource({ "keys a b,KEYS,WRONG_WORD_COUNT", "last,LAST,WRONG_WORD_COUNT", "last a b,LAST,WRONG_WORD_COUNT",
			"range a 1,RANGE,WRONG_WORD_COUNT", "range a 1 2 3,RANGE,WRONG_WORD_COUNT", "range * 1 2,RANGE,BAD_KEY",
			"range a x 2,RANGE,BAD_TIMESTAMP", "range a 1 2.0,RANGE,BAD_TIMESTAMP",
			"range a 1 9223372036854775808,RANGE,BAD_TIMESTAMP", "delete,DELETE,WRONG_WORD_COUNT",
			"delete a 1,DELETE,WRONG_WORD_COUNT", "delete a 1 2 3,DELETE,WRONG_WORD_COUNT", "delete *,DELETE,BAD_KEY",
			"delete a 1 x,DELETE,BAD_TIMESTAMP", "delete a x 1,DELETE,BAD_TIMESTAMP", "help me,HELP,WRONG_WORD_COUNT",
			"quit now,QUIT,WRONG_WORD_COUNT", "KEYS,UNKNOWN,UNKNOWN_COMMAND", "keyss,UNKNOWN,UNKNOWN_COMMAND",
			"delete / HTTP/1.1,UNKNOWN,HTTP" })
	void tellsWhatIsWrongWithTheFurtherWords(String line, Command command, ErrorReason reason) throws IOException {
		this.parser = new CommandParser(ProtocolLimits.DEFAULTS, FurtherWords.ALL);
		parse(line + "\n");
		assertThat(this.commands.lines()).containsExactly("wrong " + command + " " + reason);
	}

	@ParameterizedTest
	@ValueSource(strings = { "keys", "last a", "range a 1 2", "delete a", "help", "quit" })
	void knowsTheFurtherWordsOnlyIfTold(String line) throws IOException {
		assertThat(parse(line + "\n")).isTrue();
		this.parser = new CommandParser(ProtocolLimits.DEFAULTS, new FurtherWords(false, true));
		assertThat(parse(line + "\n")).isTrue();
		assertThat(this.commands.lines()).containsExactly("wrong UNKNOWN UNKNOWN_COMMAND",
				"wrong UNKNOWN UNKNOWN_COMMAND");
	}

	@Test
	void keysThatAreTooLongAreWrong() throws IOException {
		this.parser = new CommandParser(ProtocolLimits.DEFAULTS, FurtherWords.ALL);
		String key = "k".repeat(513);
		parse("keys " + key + "\nlast " + key + "\nrange " + key + " 1 2\ndelete " + key + "\n");
		assertThat(this.commands.lines()).containsExactly("wrong KEYS BAD_KEY", "wrong LAST BAD_KEY",
				"wrong RANGE BAD_KEY", "wrong DELETE BAD_KEY");
	}

	@Test
	void handlerThatDoesNotKnowTheFurtherWordsTakesThemForWrong() throws IOException {
		List<String> wrong = new ArrayList<>();
		CommandHandler handler = new CommandHandler() {

			@Override
			public void put(byte[] source, int keyOffset, int keyLength, long timestamp, double value) {
				wrong.add("put");
			}

			@Override
			public void get(byte[] source, int keyOffset, int keyLength) {
				wrong.add("get");
			}

			@Override
			public void getAll() {
				wrong.add("get all");
			}

			@Override
			public void wrong(Command command, ErrorReason reason) {
				assertThat(reason).isEqualTo(ErrorReason.UNKNOWN_COMMAND);
				wrong.add(command.name());
			}

		};
		byte[] lines = "keys\nkeys a\nkeys a*\nlast a\nlast a*\nlast *\nrange a 1 2\ndelete a\nhelp\nquit\n"
			.getBytes(StandardCharsets.US_ASCII);
		new CommandParser(ProtocolLimits.DEFAULTS, FurtherWords.ALL).parse(lines, 0, lines.length, handler);
		assertThat(wrong).containsExactly("KEYS", "KEYS", "KEYS", "LAST", "LAST", "LAST", "RANGE", "DELETE", "HELP",
				"QUIT");
	}

	@Test
	void helpNamesDeleteOnlyWhereItIsACommand() throws IOException {
		this.parser = new CommandParser(ProtocolLimits.DEFAULTS, new FurtherWords(true, false));
		parse("help\ndelete a\n");
		this.parser = new CommandParser(ProtocolLimits.DEFAULTS, FurtherWords.ALL);
		parse("help\n");
		assertThat(this.commands.lines()).hasSize(3);
		assertThat(this.commands.lines().get(0)).contains("\nquit ").doesNotContain("delete").endsWith("\n");
		assertThat(this.commands.lines().get(1)).isEqualTo("wrong UNKNOWN UNKNOWN_COMMAND");
		assertThat(this.commands.lines().get(2)).contains("\ndelete <key> <from> <to> ").doesNotContain("\n\n");
	}

	@Test
	void stopsBehindTheLineAtWhichItsHandlerPauses() throws IOException {
		byte[] lines = "put a 1 2\nget b\nput c 1 2\nwrong\n".getBytes(StandardCharsets.US_ASCII);
		this.commands.pauseAlways();
		// Nobody is asked about plain points, of which there may be millions.
		int stopped = this.parser.read(lines, 0, lines.length, this.commands);
		assertThat(stopped).isEqualTo(16);
		assertThat(this.commands.lines()).containsExactly("put a 1.0 2", "get b");
		assertThat(this.parser.read(lines, stopped, lines.length, this.commands)).isEqualTo(lines.length);
		assertThat(this.commands.lines()).containsExactly("put a 1.0 2", "get b", "put c 1.0 2",
				"wrong UNKNOWN UNKNOWN_COMMAND");
	}

	@Test
	void takesKeysUpToTheLimit() throws IOException {
		String longest = "k".repeat(512);
		parse("put " + longest + " 1 2\nget " + longest + "\nput " + longest + "k 1 2\nget " + longest + "k\n");
		assertThat(this.commands.lines()).containsExactly("put " + longest + " 1.0 2", "get " + longest,
				"wrong PUT BAD_KEY", "wrong GET BAD_KEY");
	}

	@Test
	void countsTheBytesOfAKeyAndNotItsCharacters() throws IOException {
		parse("get " + "ü".repeat(256) + "\nget " + "ü".repeat(256) + "k\n");
		assertThat(this.commands.lines()).containsExactly("get " + "ü".repeat(256), "wrong GET BAD_KEY");
	}

	@ParameterizedTest
	@ValueSource(strings = { "put a\0b 1 2\n", "put a\u0001 1 2\n", "put a\u007fb 1 2\n", "put a\rb 1 2\n",
			"put \u001b[A 1 2\n" })
	void refusesControlCharactersInKeys(String line) throws IOException {
		parse(line);
		assertThat(this.commands.lines()).containsExactly("wrong PUT BAD_KEY");
	}

	@Test
	void takesAnyOtherCharacterInKeys() throws IOException {
		parse("put größe.温度.🌴 1 2\nput a*b 1 2\nput {a}=\"b\";c 1 2\n");
		assertThat(this.commands.lines()).containsExactly("put größe.温度.🌴 1.0 2", "put a*b 1.0 2",
				"put {a}=\"b\";c 1.0 2");
	}

	@Test
	void measuresALineWithoutItsEnd() throws IOException {
		this.parser = new CommandParser(new ProtocolLimits(64, 48));
		String fits = "put k 1 " + " ".repeat(55) + "2";
		assertThat(fits).hasSize(64);
		parse(fits + "\n" + fits + "\r\n" + fits + " \n" + fits + " \r\nget k\n");
		assertThat(this.commands.lines()).containsExactly("put k 1.0 2", "put k 1.0 2", "wrong UNKNOWN LINE_TOO_LONG",
				"wrong UNKNOWN LINE_TOO_LONG", "get k");
	}

	@Test
	void measuresAPlainPutToo() throws IOException {
		this.parser = new CommandParser(new ProtocolLimits(64, 48));
		String fits = "put k 1 " + "0".repeat(55) + "2";
		parse(fits + "\r\n" + fits.replace(" 1 ", " 01 ") + "\n");
		assertThat(this.commands.lines()).containsExactly("put k 1.0 2", "wrong UNKNOWN LINE_TOO_LONG");
	}

	@Test
	void ignoresOneEmptyLineBehindACommand() throws IOException {
		parse("get wrong command test\n\nget a\n \t\r\n");
		assertThat(this.commands.lines()).containsExactly("wrong GET WRONG_WORD_COUNT", "get a");
	}

	@Test
	void answersEveryOtherEmptyLine() throws IOException {
		parse("\nget a\n\n\n\nput b 1 2\n\n");
		assertThat(this.commands.lines()).containsExactly("wrong UNKNOWN UNKNOWN_COMMAND", "get a",
				"wrong UNKNOWN UNKNOWN_COMMAND", "wrong UNKNOWN UNKNOWN_COMMAND", "put b 1.0 2");
	}

	@Test
	void remembersTheLineBeforeFromFrameToFrame() throws IOException {
		parse("put a 1 2\n");
		parse("\n");
		parse("\n");
		assertThat(this.commands.lines()).containsExactly("put a 1.0 2", "wrong UNKNOWN UNKNOWN_COMMAND");
	}

	@Test
	void refusesIllFormedUtf8() throws IOException {
		for (byte[] key : new byte[][] { { (byte) 0xFF }, { (byte) 0xC0, (byte) 0xAF }, { (byte) 0xE2, (byte) 0x82 },
				{ (byte) 0xED, (byte) 0xA0, (byte) 0x80 }, { (byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80 } }) {
			byte[] line = "get ....\n".getBytes(StandardCharsets.US_ASCII);
			System.arraycopy(key, 0, line, 4, key.length);
			this.commands.lines().clear();
			this.parser.parse(line, 0, line.length, this.commands);
			assertThat(this.commands.lines()).containsExactly("wrong UNKNOWN BAD_ENCODING");
		}
	}

	@Test
	void readsNothingBehindALineOfAnHttpRequest() throws IOException {
		assertThat(parse("POST / HTTP/1.1\nput a 1 2\n")).isFalse();
		assertThat(parse("put b 1 2\nHost: localhost\r\nput a 1 2\n")).isFalse();
		assertThat(this.commands.lines()).containsExactly("wrong UNKNOWN HTTP", "put b 1.0 2", "wrong UNKNOWN HTTP");
	}

	@Test
	void readsNothingBehindALineOfAnHttpRequestThatIsTooLong() throws IOException {
		String path = "a".repeat(5000);
		for (String line : new String[] { "POST /" + path + " HTTP/1.1", "OPTIONS /" + path + "\r", "PATCH /" + path,
				"ZAP /" + path, "Host: " + path }) {
			this.commands.lines().clear();
			assertThat(parse(line + "\nput a 1 2\n")).isFalse();
			assertThat(this.commands.lines()).containsExactly("wrong UNKNOWN HTTP");
		}
	}

	@Test
	void goesOnBehindAnyOtherLineThatIsTooLong() throws IOException {
		String much = "1".repeat(5000);
		for (String line : new String[] { much, " ".repeat(5000), "get /" + much, "put / 1 " + much, "GET " + much,
				"@GET /" + much, "GET[ /" + much }) {
			this.commands.lines().clear();
			assertThat(parse(line + "\nget a\n")).as(line.substring(0, 7)).isTrue();
			assertThat(this.commands.lines()).containsExactly("wrong UNKNOWN LINE_TOO_LONG", "get a");
		}
	}

	@Test
	void takesNoteOfACutLine() throws IOException {
		this.parser.cutLine(this.commands);
		assertThat(this.commands.lines()).containsExactly("wrong UNKNOWN CUT_LINE");
	}

	@Test
	void takesWordsThatOnlyLookLikeHttp() throws IOException {
		assertThat(parse("get HTTP/1.1\nput http 1 2\nget Host:\n")).isTrue();
		assertThat(this.commands.lines()).containsExactly("get HTTP/1.1", "put http 1.0 2", "get Host:");
	}

	@Test
	void readsTheSameWithAndWithoutItsFastPath() throws IOException {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		String alphabet = "put k*1 2.-+e\t\r0ü";
		for (int i = 0; i < 20_000; i++) {
			StringBuilder line = new StringBuilder((random.nextInt(4) > 0) ? "put k 1.5 2" : "");
			for (int changes = random.nextInt(4); changes > 0; changes--) {
				int place = random.nextInt(line.length() + 1);
				line.insert(place, alphabet.charAt(random.nextInt(alphabet.length())));
			}
			// A blank in front keeps a line from the fast path and changes nothing else.
			assertThat(read(line + "\n")).as("seed %d, line '%s'", seed, line).isEqualTo(read(" " + line + "\n"));
		}
	}

	private List<String> read(String line) throws IOException {
		RecordedCommands recorded = new RecordedCommands();
		byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
		new CommandParser(ProtocolLimits.DEFAULTS).parse(bytes, 0, bytes.length, recorded);
		return recorded.lines();
	}

	private boolean parse(String lines) throws IOException {
		byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
		return this.parser.parse(bytes, 0, bytes.length, this.commands);
	}

}
