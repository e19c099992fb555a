package io.eardrum.server;

import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.RunningServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the words of the protocol, keys, values and timestamps, and for the text of
 * values in replies, over a real connection.
 */
class WordsIntegrationTests {

	private static final AtomicInteger KEYS = new AtomicInteger();

	@RegisterExtension
	private static final RunningServer server = RunningServer.with();

	@ParameterizedTest(name = "{0} is answered as {1}")
	@CsvSource(delimiter = '|', textBlock = """
			0 | 0.0
			40 | 40.0
			4200000 | 4200000.0
			12.0 | 12.0
			12. | 12.0
			.5 | 0.5
			+.5 | 0.5
			-.5 | -0.5
			+12 | 12.0
			-12.25 | -12.25
			007 | 7.0
			00000000000000000000000000000000000000000000000000000000000000000001.50 | 1.5
			-0 | -0.0
			+0 | 0.0
			-0.000 | -0.0
			1e5 | 100000.0
			1E5 | 100000.0
			1e+5 | 100000.0
			1e-5 | 1e-05
			1.e2 | 100.0
			.1e1 | 1.0
			-1.5E-5 | -1.5e-05
			1.5e-5 | 1.5e-05
			1e000000000000000000000000000000005 | 100000.0
			0e99999999999999999999 | 0.0
			1e-99999999999999999999 | 0.0
			-1e-400 | -0.0
			0.0001 | 0.0001
			0.00009999 | 9.999e-05
			0.002 | 0.002
			1e15 | 1000000000000000.0
			9999999999999998 | 9999999999999998.0
			1e16 | 1e+16
			123456789012345678 | 1.2345678901234568e+17
			9007199254740993 | 9007199254740992.0
			1e21 | 1e+21
			1e22 | 1e+22
			1e23 | 1e+23
			8.41e21 | 8.41e+21
			1e100 | 1e+100
			1e-7 | 1e-07
			9.5367431640625e-7 | 9.5367431640625e-07
			1e-99 | 1e-99
			1e-100 | 1e-100
			5e-324 | 5e-324
			2.5e-324 | 5e-324
			2.4e-324 | 0.0
			2.2250738585072014e-308 | 2.2250738585072014e-308
			1.7976931348623157e308 | 1.7976931348623157e+308
			1.7976931348623158e308 | 1.7976931348623157e+308
			-1.7976931348623157E+308 | -1.7976931348623157e+308
			4.35 | 4.35
			0.1000000000000000055511151231257827021181583404541015625 | 0.1
			3.141592653589793238462643383279 | 3.141592653589793
			1503319740.123456 | 1503319740.123456
			""")
	void readsValueAsTheNearestDoubleAndAnswersWithTheShortestText(String sent, String answered) throws Exception {
		String key = newKey();
		assertThat(server.conversation("put " + key + " " + sent + " 1\nget " + key + "\n"))
			.isEqualTo("ok\n\nok\n" + key + " " + answered + " 1\n\n");
	}

	@ParameterizedTest(name = "{0} is no value")
	@ValueSource(strings = { "nan", "NaN", "-nan", "inf", "Inf", "-inf", "+inf", "infinity", "Infinity", "1e400",
			"-1e400", "1.7976931348623159e308", "1e99999999999999999999", "1f", "1d", "1F", "1D", "1.0f", "1L", "0x1p3",
			"0x10", "0b1", "1_000", "1,5", "1,000.0", ".", "+", "-", "+.", "-.e5", "e5", ".e5", "1e", "1e+", "1e-",
			"1e5.0", "1e.5", "1e5e5", "--1", "++1", "+-1", "-+1", "1-", "1.2.3", "1..2", "1e5f", "abc", "*", "'1'",
			"\"1\"", "1%", "$1", "(1)", "1;", "1/2", "\u0661", "\uff11", "1\uff0e5", "\u00bd", "\u221e", "1\u00a0",
			"\u20031", "\u22121", "1\u0000", "\ufeff1" })
	void refusesWhatIsNoFiniteDecimal(String sent) throws Exception {
		assertThat(server.conversation("put never.value " + sent + " 1\nget never.value\n"))
			.isEqualTo(Replies.WRONG_COMMAND + Replies.OK);
	}

	@ParameterizedTest(name = "{0} is answered as {1}")
	@CsvSource(delimiter = '|', textBlock = """
			0 | 0
			5 | 5
			005 | 5
			+5 | 5
			-5 | -5
			-005 | -5
			+0 | 0
			-0 | 0
			00000000000000000000000000000000000000000000007 | 7
			-00000000000000000000000000000000000000000000007 | -7
			1503319740 | 1503319740
			9223372036854775807 | 9223372036854775807
			+9223372036854775807 | 9223372036854775807
			-9223372036854775808 | -9223372036854775808
			00009223372036854775807 | 9223372036854775807
			-00009223372036854775808 | -9223372036854775808
			""")
	void readsTimestampAsSigned64BitInteger(String sent, String answered) throws Exception {
		String key = newKey();
		assertThat(server.conversation("put " + key + " 1 " + sent + "\nget " + key + "\n"))
			.isEqualTo("ok\n\nok\n" + key + " 1.0 " + answered + "\n\n");
	}

	@ParameterizedTest(name = "{0} is no timestamp")
	@ValueSource(strings = { "9223372036854775808", "+9223372036854775808", "-9223372036854775809",
			"18446744073709551616", "18446744073709551621", "99999999999999999999", "-99999999999999999999",
			"100000000000000000000000000000000000005", "5.0", "5.", ".5", "1e3", "1E3", "abc", "+", "-", "--5", "+-5",
			"5-", "5+", "0x5", "5L", "1_000", "1,000", "now", "N", "*", "\uff15", "\u0665", "\u22125", "5\u00a0",
			"5\u0000", "\ufeff5", "2017-08-21" })
	void refusesWhatIsNoSigned64BitInteger(String sent) throws Exception {
		assertThat(server.conversation("put never.timestamp 1 " + sent + "\nget never.timestamp\n"))
			.isEqualTo(Replies.WRONG_COMMAND + Replies.OK);
	}

	@ParameterizedTest(name = "{0} is a key")
	@ValueSource(strings = { "k", "palm.cpu", "nodot", "a.b.c.d.e.f", ".", "..", "put", "get", "ok", "error", "**",
			"a*", "*a", "*.*", "12.0", "-1", "\"quoted\"", "'", "\\", "\\n", "a=b", "a;b=c", "{x}", "a/b", "<script>",
			"#", "%00", "Gr\u00f6\u00dfe", "\u043a\u043b\u044e\u0447", "\u30ad\u30fc", "\u00e9", "e\u0301",
			"\ud83d\udc42.\ud83d\udd0a", "\ud800\udc00", "\udbff\udfff", "\u0080", "\u0085", "\u009f", "a\u00a0b",
			"a\u2003b", "a\u2028b", "\ufeffbom", "\ufffd", "\uffff", "\ud7ff\ue000", "HTTP/1.1", "Host:" })
	void takesAnyTextWithoutControlCharactersAsKey(String key) throws Exception {
		assertThat(server.conversation("put " + key + " 1 1\nget " + key + "\n"))
			.isEqualTo("ok\n\nok\n" + key + " 1.0 1\n\n");
	}

	@ParameterizedTest(name = "a key with U+{0} is wrong")
	@ValueSource(strings = { "0000", "0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "000B", "000C",
			"000D", "000E", "000F", "0010", "0011", "0012", "0013", "0014", "0015", "0016", "0017", "0018", "0019",
			"001A", "001B", "001C", "001D", "001E", "001F", "007F" })
	void refusesKeyWithControlCharacter(String codePoint) throws Exception {
		String control = Character.toString(Integer.parseInt(codePoint, 16));
		for (String key : new String[] { control, control + "a", "a" + control, "a" + control + "a" }) {
			assertThat(server.conversation("put " + key + " 1 1\nget " + key + " \n"))
				.isEqualTo(Replies.WRONG_COMMAND + Replies.WRONG_COMMAND);
		}
	}

	@ParameterizedTest(name = "{0}")
	@CsvSource({ "512 bytes of ASCII,a,512", "256 characters of two bytes,\u00e9,256",
			"128 characters of four bytes,\ud83d\udc42,128" })
	void takesKeyOf512Bytes(String description, String character, int count) throws Exception {
		String key = character.repeat(count);
		assertThat(server.conversation("put " + key + " 1 1\nget " + key + "\n")).as(description)
			.isEqualTo("ok\n\nok\n" + key + " 1.0 1\n\n");
	}

	@ParameterizedTest(name = "{0}")
	@CsvSource({ "513 bytes of ASCII,x,513", "171 characters of three bytes,\u20ac,171",
			"257 characters of two bytes,\u00e8,257", "1000 bytes,y,1000" })
	void refusesKeyOfMoreThan512Bytes(String description, String character, int count) throws Exception {
		String key = character.repeat(count);
		assertThat(server.conversation("put " + key + " 1 1\nget " + key + "\n")).as(description)
			.isEqualTo(Replies.WRONG_COMMAND + Replies.WRONG_COMMAND);
	}

	@Test
	void countsBytesAndNotCharactersOfKey() throws Exception {
		String key = "z".repeat(511) + "\u00e9";
		assertThat(server.conversation("put " + key + " 1 1\n")).isEqualTo(Replies.WRONG_COMMAND);
	}

	@Test
	void keepsAnotherMaximumKeyLength() throws Exception {
		try (RunningServer other = RunningServer.start("--eardrum.tcp.max-key-length=8")) {
			assertThat(other.conversation("put 12345678 1 1\nput 123456789 1 1\nget *\n"))
				.isEqualTo("ok\n\n" + Replies.WRONG_COMMAND + "ok\n12345678 1.0 1\n\n");
		}
	}

	@Test
	void distinguishesCaseOfKeys() throws Exception {
		assertThat(server.conversation("put case.K 1 1\nput case.k 2 1\nget case.K\nget case.k\n"))
			.isEqualTo("ok\n\nok\n\nok\ncase.K 1.0 1\n\nok\ncase.k 2.0 1\n\n");
	}

	@Test
	void doesNotNormaliseKeys() throws Exception {
		assertThat(server.conversation("put norm.\u00e5 1 1\nget norm.a\u030a\nget norm.\u212b\n"))
			.isEqualTo("ok\n\nok\n\nok\n\n");
	}

	@Test
	void reservesTheAsteriskForAllKeys() throws Exception {
		assertThat(server.conversation("put * 1 1\nput * 1\nput *\n")).isEqualTo(Replies.WRONG_COMMAND.repeat(3));
	}

	private static String newKey() {
		return "words." + KEYS.incrementAndGet();
	}

}
