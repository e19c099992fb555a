package io.eardrum.protocol;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.fixture.TestSeed;
import io.eardrum.protocol.fixture.ParserTrial;
import io.eardrum.protocol.fixture.PlaintextModel;
import io.eardrum.protocol.fixture.RecordedCommands;

import static org.assertj.core.api.Assertions.assertThat;

class PlaintextParserTests {

	private static final long NOW = 1_700_000_000;

	private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(NOW, 999_000_000), ZoneOffset.UTC);

	private final RecordedCommands commands = new RecordedCommands();

	private PlaintextParser parser = PlaintextParser.ofStream(ProtocolLimits.DEFAULTS, CLOCK);

	@Test
	void readsLinesInTheirOrder() throws IOException {
		assertThat(parse("a 1 2\nb.c -1.5e3 -7\r\na 2 3\n")).isTrue();
		assertThat(this.commands.lines()).containsExactly("put a 1.0 2", "put b.c -1500.0 -7", "put a 2.0 3");
	}

	@ParameterizedTest
	@ValueSource(strings = { "k 1 2\n", " k 1 2\n", "k  1\t  2 \t\r\n", "\tk\t1\t2\n", "k 1 2\r\n", "k 1 2 \n",
			"k 1.0 002\n", "k +1e0 +2\n", "k 1 2.0\n", "k 1 2.999999\r\n", "k 1. 2.\n", "k  1 2.5\n", "k 1 2.5 \n",
			"k 1 2e0\n", "k 1 0.29e1\n", "k\t1\t2.7\n" })
	void readsALineHoweverItIsSpacedAndCutsFractionsOfSecondsOff(String line) throws IOException {
		parse(line);
		assertThat(this.commands.lines()).containsExactly("put k 1.0 2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "k 1 -1\n", "k 1 -1\r\n", "k  1 -1\n", "k 1 -1.0\n", "k 1 -1.9\n", "k 1 -01\n",
			"k\t1\t-1.5\n", "k 1 -1e0\n" })
	void takesMinusOneForNow(String line) throws IOException {
		parse(line);
		assertThat(this.commands.lines()).containsExactly("put k 1.0 " + NOW);
	}

	@Test
	void skipsAByteOrderMarkAtTheStartOfAStreamAndNowhereElse() throws IOException {
		parse("\uFEFFa 1 2\n\uFEFFb 1 2\n");
		parse("\uFEFFc 1 2\n");
		assertThat(this.commands.lines()).containsExactly("put a 1.0 2", "put \uFEFFb 1.0 2", "put \uFEFFc 1.0 2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "\uFEFF\n", "\uFEFF\r\n", "\uFEFF \n" })
	void aLineWithNothingButAByteOrderMarkIsEmpty(String line) throws IOException {
		parse(line + "a 1 2\n");
		assertThat(this.commands.lines()).containsExactly("put a 1.0 2");
	}

	@Test
	void aByteOrderMarkHidesNoRequestOfABrowser() throws IOException {
		assertThat(parse("\uFEFFPOST / HTTP/1.1\na 1 2\n")).isFalse();
		assertThat(this.commands.lines()).containsExactly("wrong PUT HTTP");
	}

	@Test
	void stopsBehindTheLineAtWhichItsHandlerPauses() throws IOException {
		byte[] lines = "a 1 2\nb\t1 2\nc 1 2\nwrong\n".getBytes(StandardCharsets.US_ASCII);
		this.commands.pauseAlways();
		// Nobody is asked about plain points, of which there may be millions.
		int stopped = this.parser.read(lines, 0, lines.length, this.commands);
		assertThat(stopped).isEqualTo(12);
		assertThat(this.commands.lines()).containsExactly("put a 1.0 2", "put b 1.0 2");
		assertThat(this.parser.read(lines, stopped, lines.length, this.commands)).isEqualTo(lines.length);
		assertThat(this.commands.lines()).containsExactly("put a 1.0 2", "put b 1.0 2", "put c 1.0 2",
				"wrong PUT WRONG_WORD_COUNT");
	}

	@Test
	void theFirstBytesOfAByteOrderMarkAreNone() throws IOException {
		byte[] bytes = "\uFEFFa 1 2\n".getBytes(StandardCharsets.UTF_8);
		for (int length = 0; length < 3; length++) {
			assertThat(PlaintextParser.byteOrderMarkLength(bytes, 0, length)).isZero();
			byte[] another = bytes.clone();
			another[length] = 'x';
			assertThat(PlaintextParser.byteOrderMarkLength(another, 0, another.length)).isZero();
		}
		assertThat(PlaintextParser.byteOrderMarkLength(bytes, 0, 3)).isEqualTo(3);
		assertThat(PlaintextParser.byteOrderMarkLength(bytes, 1, bytes.length)).isZero();
	}

	@Test
	void aStreamBeginsWithItsFirstByte() throws IOException {
		assertThat(parse("")).isTrue();
		parse("\uFEFFa 1 2\n");
		assertThat(this.commands.lines()).containsExactly("put a 1.0 2");
	}

	@Test
	void cutsTowardsZero() throws IOException {
		parse("k 1 -0.9\nk 1 -2.9\nk 1 .5\nk 1 9223372036854775807.9\nk 1 -9223372036854775808.9\n");
		assertThat(this.commands.lines()).containsExactly("put k 1.0 0", "put k 1.0 -2", "put k 1.0 0",
				"put k 1.0 9223372036854775807", "put k 1.0 -9223372036854775808");
	}

	@Test
	void cutsOffAFractionThatADoubleWouldRoundToASecond() throws IOException {
		parse("k 1 .99999999999999999999\nk 1 -.99999999999999999999\nk 1 5.99999999999999999999\n");
		assertThat(this.commands.lines()).containsExactly("put k 1.0 0", "put k 1.0 0", "put k 1.0 5");
	}

	@Test
	void takesTimestampsWithExponentsAsFarAsTheyFit() throws IOException {
		parse("k 1 -9223372036854775808e0\nk 1 9223372036854774784e0\nk 1 9223372036854775808e0\n");
		assertThat(this.commands.lines()).containsExactly("put k 1.0 -9223372036854775808",
				"put k 1.0 9223372036854774784", "wrong PUT BAD_TIMESTAMP");
	}

	@ParameterizedTest
	@CsvSource({ "k,WRONG_WORD_COUNT", "' 1 2',WRONG_WORD_COUNT", "k 1,WRONG_WORD_COUNT", "k 1 2 3,WRONG_WORD_COUNT",
			"put k 1 2,WRONG_WORD_COUNT", "get k,WRONG_WORD_COUNT", "k 1 2 3 4 5,WRONG_WORD_COUNT",
			"'k 1 2, 3',WRONG_WORD_COUNT", "* 1 2,BAD_KEY", "k nan 2,BAD_VALUE", "k NaN 2,BAD_VALUE",
			"k inf 2,BAD_VALUE", "k -Infinity 2,BAD_VALUE", "k 1e400 2,BAD_VALUE", "k 1_0 2,BAD_VALUE",
			"k 0x1 2,BAD_VALUE", "k 1f 2,BAD_VALUE", "k U 2,BAD_VALUE", "k nan nan,BAD_VALUE", "k 1 N,BAD_TIMESTAMP",
			"k 1 nan,BAD_TIMESTAMP", "k 1 .,BAD_TIMESTAMP", "k 1 1.2.3,BAD_TIMESTAMP", "k 1 2.5x,BAD_TIMESTAMP",
			"k 1 9223372036854775808,BAD_TIMESTAMP", "k 1 9223372036854775808.5,BAD_TIMESTAMP",
			"k 1 -9223372036854775809,BAD_TIMESTAMP", "k 1 -9223372036854775987,BAD_TIMESTAMP",
			"k 1 -9223372036854775809.5,BAD_TIMESTAMP", "k 1 1e19,BAD_TIMESTAMP", "k 1 -1e19,BAD_TIMESTAMP",
			"k 1 1e,BAD_TIMESTAMP", "k 1 2020-01-01,BAD_TIMESTAMP", "GET / HTTP/1.1,HTTP", "post /a http/2,HTTP",
			"Host: 127.0.0.1:2003,HTTP", " hOST:	x ,HTTP", "Host:,WRONG_WORD_COUNT", "Host:a 1,WRONG_WORD_COUNT",
			"Host: 1 x,BAD_TIMESTAMP" })
	void tellsWhatIsWrong(String line, ErrorReason reason) throws IOException {
		parse(line + "\n");
		assertThat(this.commands.lines()).containsExactly("wrong PUT " + reason);
	}

	@Test
	void emptyLinesSayNothing() throws IOException {
		assertThat(parse("\n\r\n \t \r\na 1 2\n\n\n")).isTrue();
		assertThat(this.commands.lines()).containsExactly("put a 1.0 2");
	}

	@Test
	void takesKeysUpToTheLimit() throws IOException {
		String longest = "k".repeat(512);
		parse(longest + " 1 2\n" + longest + "k 1 2\n" + "ü".repeat(256) + " 1 2\n" + "ü".repeat(256) + "k 1 2\n");
		assertThat(this.commands.lines()).containsExactly("put " + longest + " 1.0 2", "wrong PUT BAD_KEY",
				"put " + "ü".repeat(256) + " 1.0 2", "wrong PUT BAD_KEY");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a\0b 1 2\n", "\u0001 1 2\n", "a\u007fb 1 2\n", "a\rb 1 2\n", "a\u000b 1 2\n" })
	void refusesControlCharactersInKeys(String line) throws IOException {
		parse(line);
		assertThat(this.commands.lines()).containsExactly("wrong PUT BAD_KEY");
	}

	@Test
	void takesAnyOtherCharacterInKeys() throws IOException {
		parse("größe.温度.🌴 1 2\na*b 1 2\ndisk.used;host=a;rack=1 1 2\nHost: 1 2\n");
		assertThat(this.commands.lines()).containsExactly("put größe.温度.🌴 1.0 2", "put a*b 1.0 2",
				"put disk.used;host=a;rack=1 1.0 2", "put Host: 1.0 2");
	}

	@Test
	void measuresALineWithoutItsEnd() throws IOException {
		this.parser = PlaintextParser.ofStream(new ProtocolLimits(64, 48), CLOCK);
		for (String filler : new String[] { "0", " " }) {
			String fits = "k 1 " + filler.repeat(59) + "2";
			assertThat(fits).hasSize(64);
			this.commands.lines().clear();
			parse(fits + "\n" + fits + "\r\n" + fits.replace(" 1 ", " 01 ") + "\n" + fits + ".\r\n" + fits + " \n");
			assertThat(this.commands.lines()).containsExactly("put k 1.0 2", "put k 1.0 2", "wrong PUT LINE_TOO_LONG",
					"wrong PUT LINE_TOO_LONG", "wrong PUT LINE_TOO_LONG");
		}
	}

	@Test
	void refusesIllFormedUtf8() throws IOException {
		byte[] line = "k. 1 2\n".getBytes(StandardCharsets.US_ASCII);
		line[1] = (byte) 0xFF;
		this.parser.parse(line, 0, line.length, this.commands);
		assertThat(this.commands.lines()).containsExactly("wrong PUT BAD_ENCODING");
	}

	@Test
	void readsNothingBehindARequestLineInAStream() throws IOException {
		assertThat(parse("a 1 2\nPOST / HTTP/1.1\r\nb 1 2\n")).isFalse();
		assertThat(this.commands.lines()).containsExactly("put a 1.0 2", "wrong PUT HTTP");
	}

	@Test
	void readsNothingBehindARequestLineThatIsTooLong() throws IOException {
		String path = "a".repeat(5000);
		for (String line : new String[] { "POST /" + path + " HTTP/1.1", "OPTIONS /" + path + "\r", "Host: " + path }) {
			this.commands.lines().clear();
			assertThat(parse("a 1 2\n" + line + "\nb 1 2\n")).isFalse();
			assertThat(this.commands.lines()).containsExactly("put a 1.0 2", "wrong PUT HTTP");
		}
	}

	@Test
	void readsNothingBehindAHostHeader() throws IOException {
		assertThat(parse("Host:a 1 2\nHost: localhost\r\nb 1 2\n")).isFalse();
		assertThat(this.commands.lines()).containsExactly("put Host:a 1.0 2", "wrong PUT HTTP");
	}

	@Test
	void goesOnBehindAnyOtherLineThatIsTooLong() throws IOException {
		String much = "1".repeat(5000);
		for (String line : new String[] { much, " ".repeat(5000), "KEY 1 " + much, "key /" + much,
				"Host:" + much + " 1 2", "Host: 1 2" + " ".repeat(5000) }) {
			this.commands.lines().clear();
			assertThat(parse(line + "\nb 1 2\n")).as(line.substring(0, 10)).isTrue();
			assertThat(this.commands.lines()).containsExactly("wrong PUT LINE_TOO_LONG", "put b 1.0 2");
		}
	}

	@Test
	void goesOnBehindARequestLineInDatagrams() throws IOException {
		this.parser = PlaintextParser.ofDatagrams(ProtocolLimits.DEFAULTS, CLOCK);
		assertThat(parse("a 1 2\nPOST / HTTP/1.1\r\nHost: a\r\nb 1 2\nPOST /" + "a".repeat(5000) + "\nc 1 2\n"))
			.isTrue();
		assertThat(this.commands.lines()).containsExactly("put a 1.0 2", "wrong PUT BAD_VALUE",
				"wrong PUT WRONG_WORD_COUNT", "put b 1.0 2", "wrong PUT LINE_TOO_LONG", "put c 1.0 2");
	}

	@Test
	void takesNoteOfACutLine() throws IOException {
		this.parser.cutLine(this.commands);
		assertThat(this.commands.lines()).containsExactly("wrong PUT CUT_LINE");
	}

	@Test
	void readsRandomLinesAsASlowModelDoes() throws IOException {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		String[] patterns = { "k 1.5 2", "k 1 -1", "k.x -7e3 1700000000.25", "* 1 2", "k nan 5", "k 1 .5",
				"k 1 9223372036854775807", "k 1 1.7e9", "G / HTTP/1.1", "G /" + "a".repeat(4091), "Host: k", "",
				"ü 0 -0.5" };
		String alphabet = "k1 2.-+eE\t\r09ü*H\u0001";
		for (int i = 0; i < 200_000; i++) {
			StringBuilder text = new StringBuilder(patterns[random.nextInt(patterns.length)]);
			for (int changes = random.nextInt(5); changes > 0; changes--) {
				int place = random.nextInt(text.length() + 1);
				if (random.nextInt(4) == 0 && place < text.length()) {
					text.deleteCharAt(place);
				}
				else {
					text.insert(place, alphabet.charAt(random.nextInt(alphabet.length())));
				}
			}
			// Once alone, and once between others.
			for (String lines : new String[] { text + "\n", "x 1 1\n" + text + "\ny 2 2\n" }) {
				byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
				PlaintextModel model = new PlaintextModel(ProtocolLimits.DEFAULTS, NOW, true);
				boolean goesOn = model.parse(bytes);
				ParserTrial trial = new ParserTrial();
				assertThat(trial.run(this.parser, bytes, bytes.length)).as("seed %d, lines '%s'", seed, lines)
					.isEqualTo(goesOn);
				assertThat(trial.commands()).as("seed %d, lines '%s'", seed, lines).isEqualTo(model.commands());
			}
		}
	}

	@Test
	void allocatesNothingALine() throws IOException {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		CountingHandler handler = new CountingHandler();
		PlaintextParser systemTime = PlaintextParser.ofStream(ProtocolLimits.DEFAULTS, CLOCK);
		byte[] lines = "host.cpu-0.cpu-user 23.7 1700000000\r\nb 1 -1\nc\t0.25 1700000000.123\nwrong\nd 5 x\n"
			.repeat(500)
			.getBytes(StandardCharsets.US_ASCII);
		systemTime.parse(lines, 0, lines.length, handler);
		long before = threads.getCurrentThreadAllocatedBytes();
		for (int i = 0; i < 100; i++) {
			systemTime.parse(lines, 0, lines.length, handler);
		}
		long allocated = threads.getCurrentThreadAllocatedBytes() - before;
		assertThat(handler.points).isEqualTo(101 * 500 * 3);
		assertThat(handler.wrong).isEqualTo(101 * 500 * 2);
		// An object for every tenth line would be 400 KB.
		assertThat(allocated).isLessThan(100_000);
	}

	private boolean parse(String lines) throws IOException {
		byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
		return this.parser.parse(bytes, 0, bytes.length, this.commands);
	}

	/**
	 * Counts what it is given.
	 */
	private static final class CountingHandler implements CommandHandler {

		private int points;

		private int wrong;

		@Override
		public void put(byte[] source, int keyOffset, int keyLength, long timestamp, double value) {
			this.points++;
		}

		@Override
		public void get(byte[] source, int keyOffset, int keyLength) {
			throw new AssertionError();
		}

		@Override
		public void getAll() {
			throw new AssertionError();
		}

		@Override
		public void wrong(Command command, ErrorReason reason) {
			this.wrong++;
		}

	}

}
