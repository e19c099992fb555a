package io.eardrum.web.page;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

import io.eardrum.server.fixture.RunningServer;
import io.eardrum.web.fixture.Browser;
import io.eardrum.web.fixture.PutConnection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a person reads off a chart is what was measured: gaps, values at the cursor,
 * statistics, numbers with their units, and the range that was asked for.
 */
@EnabledIfSystemProperty(named = Browser.PROGRAM, matches = ".+", disabledReason = "needs -Deardrum.browser=<Chromium>")
class PageReadingBrowserIntegrationTests {

	private static final String TWELVE = IntStream.range(0, 12)
		.mapToObj("key=tip.s%02d"::formatted)
		.collect(Collectors.joining("&", "#", "&"));

	/** All points but the latest. */
	private static String hour;

	@RegisterExtension
	private static final RunningServer server = RunningServer.with();

	private static PutConnection client;

	private static Browser browser;

	@BeforeAll
	static void fill() throws IOException {
		long start = Instant.now().getEpochSecond() - 3590;
		hour = "from=%d&to=%d".formatted(start - 10, start + 3590);
		client = new PutConnection(server.tcpPort());
		for (int i = 0; i < 360; i++) {
			long time = start + 10L * i;
			List<String> commands = new ArrayList<>();
			for (int n = 0; n < 12; n++) {
				commands.add("put tip.s%02d %d %d".formatted(n, 10 * n, time));
			}
			if (i < 120 || i == 180 || i >= 240) {
				commands.add("put gap.one 50 " + time);
			}
			commands.add("put gap.none " + i + " " + time);
			commands.add("put level.ten 10 " + time);
			commands.add("put level.zero 0 " + time);
			client.put(commands.toArray(String[]::new));
		}
		client.putMany(5000, (i) -> "put long.one %d %d".formatted((i % 100 == 0) ? 100 : 1, start - 1000 + i));
		client.put("put size.large 6917000000 " + start, "put size.small 0.0000123 " + start,
				"put size.thousands 14476.3 " + start);
		browser = Browser.start();
	}

	@AfterAll
	static void stop() throws IOException {
		browser.close();
		client.close();
	}

	@AfterEach
	void nothingIsComplainedAbout() {
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void lineBreaksWherePointsAreMissingUnlessTheUserConnectsIt() throws IOException {
		open("#key=gap.one&" + hour, 1);
		assertThat(ink(0.05, 0.30)).as("before the gap").isGreaterThan(100);
		assertThat(ink(0.36, 0.48)).as("first part of the gap").isZero();
		assertThat(ink(0.49, 0.52)).as("the point alone").isBetween(5L, 80L);
		assertThat(ink(0.53, 0.65)).as("second part of the gap").isZero();
		assertThat(browser.text("#description")).endsWith("Lines have 2 gaps.");
		browser.picture("gap-light-desktop");
		browser.click("#axis");
		browser.click("#connect");
		browser.awaitAsserted(() -> assertThat(ink(0.36, 0.48)).isGreaterThan(50));
		assertThat(browser.url()).contains("gaps=connect");
		browser.openAgain(browser.url());
		browser.awaitAsserted(() -> assertThat(ink(0.36, 0.48)).as("the link has it").isGreaterThan(50));
		browser.find("#connect").sendKeys(Keys.SPACE);
		browser.awaitAsserted(() -> assertThat(ink(0.36, 0.48)).as("by keyboard").isZero());
	}

	@Test
	void gapIsOneBesideALineWithoutGaps() {
		open("#key=gap.none&key=gap.one&hide=gap.none&" + hour, 2);
		assertThat(ink(0.05, 0.30)).isGreaterThan(100);
		assertThat(ink(0.36, 0.48)).isZero();
	}

	@Test
	void tooltipHasAllSeriesSortedByValue() throws IOException {
		open(TWELVE + hour, 12);
		browser.hover(0.5);
		browser.awaitAsserted(() -> assertThat(browser.texts("#tooltip-rows td")).containsExactly("110", "100", "90",
				"80", "70", "60", "50", "40", "30", "20", "10", "0"));
		assertThat(titles("#tooltip-rows .key")).startsWith("tip.s11", "tip.s10").endsWith("tip.s00");
		assertThat(browser.text("#tooltip-time")).isEqualTo(browser.text("#legend-at"));
		assertThat(browser.all("#tooltip-rows .nearest")).as("the closest line").hasSize(1);
		browser.picture("tooltip-of-twelve");
		browser.run("document.querySelector('#legend tbody tr:nth-child(12) .name').click()");
		browser.awaitAsserted(() -> assertThat(browser.all("#legend .hidden-series")).hasSize(1));
		browser.hover(0.4);
		browser.awaitAsserted(() -> assertThat(titles("#tooltip-rows .key")).hasSize(11).startsWith("tip.s10"));
	}

	@Test
	void tooltipInAGapHasNoValue() {
		open("#key=gap.one&key=gap.none&" + hour, 2);
		browser.hover(0.4);
		browser.awaitAsserted(() -> assertThat(browser.texts("#tooltip-rows tr").get(1)).endsWith("–"));
		assertThat(browser.texts("#legend .now").get(0)).isEqualTo("–");
	}

	@Test
	void clickPinsTheValuesUntilTheNextOne() throws IOException {
		open("#key=gap.none&range=3h", 1);
		browser.clickPlot(0.8);
		browser.await(() -> !browser.all("#tooltip.pinned").isEmpty());
		String time = browser.text("#tooltip-time");
		String value = browser.texts("#tooltip-rows td").get(0);
		assertThat(Integer.parseInt(value)).isBetween(100, 200);
		browser.hover(0.95);
		client.put("put gap.none 360 " + Instant.now().getEpochSecond());
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend .max")).as("new points").containsExactly("360"));
		assertThat(browser.text("#tooltip-time")).isEqualTo(time);
		assertThat(browser.texts("#legend .now")).containsExactly(value);
		browser.click("#tooltip-close");
		browser.await(() -> !browser.find("#tooltip").isDisplayed());
		browser.clickPlot(0.9);
		browser.await(() -> !browser.all("#tooltip.pinned").isEmpty());
		browser.clickPlot(0.9);
		browser.await(() -> browser.all("#tooltip.pinned").isEmpty());
	}

	@Test
	void valuesArePinnedByKeyboardToo() {
		open("#key=gap.one&" + hour, 1);
		browser.run("document.getElementById('chart').focus()");
		browser.type(Keys.HOME);
		browser.await(() -> browser.find("#tooltip").isDisplayed());
		browser.type(Keys.ENTER);
		browser.await(() -> !browser.all("#tooltip.pinned").isEmpty());
		String first = browser.text("#tooltip-time");
		for (int i = 0; i < 130; i++) {
			browser.type(Keys.ARROW_LEFT);
		}
		browser.awaitAsserted(() -> assertThat(browser.text("#tooltip-time")).isNotEqualTo(first));
		assertThat(browser.texts("#tooltip-rows td")).as("no stop in the gap").containsExactly("50");
		assertThat(browser.text("#announcements")).contains("gap.one 50");
		browser.type(Keys.ESCAPE);
		browser.await(() -> !browser.find("#tooltip").isDisplayed());
	}

	@Test
	void legendIsSortedByEachColumn() {
		open("#key=level.ten&key=gap.none&key=level.zero&" + hour, 3);
		browser.click("#sort-max");
		awaitOrder("gap.none", "level.ten", "level.zero");
		assertThat(sorting("#sort-max")).isEqualTo("descending");
		browser.find("#sort-max").sendKeys(Keys.ENTER);
		awaitOrder("level.zero", "level.ten", "gap.none");
		assertThat(sorting("#sort-max")).isEqualTo("ascending");
		browser.click("#sort-max");
		awaitOrder("level.ten", "gap.none", "level.zero");
		assertThat(sorting("#sort-max")).isEqualTo("none");
		browser.click("#sort-name");
		awaitOrder("gap.none", "level.ten", "level.zero");
		for (String column : List.of("now", "min", "mean")) {
			browser.click("#sort-" + column);
			awaitOrder(column.equals("min") ? List.of("level.ten", "gap.none", "level.zero")
					: List.of("gap.none", "level.ten", "level.zero"));
		}
		browser.openAgain(browser.url());
		browser.await(() -> browser.texts("#legend .key").size() == 3);
		assertThat(sorting("#sort-mean")).as("remembered").isEqualTo("descending");
	}

	@Test
	void meanIsThatOfAllPointsAlsoOfThoseThatAreNotDrawn() {
		open("#key=long.one&range=all", 1);
		assertThat(browser.texts("#legend tbody .mean")).containsExactly("1.99");
		assertThat(browser.text("#description")).doesNotContain("gap").doesNotContain(" 5000 points");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			0 | none | 0
			23.7 | none | 23.7
			4711.5 | none | 4711.5
			14476.3 | none | 14,476.3
			-99999 | none | −99,999
			100000 | none | 100 k
			14476300 | none | 14.48 M
			6.917e9 | none | 6.917 G
			0.001 | none | 0.001
			0.0000123 | none | 12.3 µ
			1e30 | none | 1 Q
			1.7e308 | none | 1.7E308
			6917 | bytes | 6.917 kB
			999 | bytes | 999 B
			2500000 | bits | 2.5 Mbit/s
			0.25 | s | 250 ms
			86400 | s | 86,400 s
			1500 | ms | 1.5 s
			0.002 | ms | 2 µs
			99.5 | percent | 99.5 %
			""")
	void numbersHaveOneFormat(double value, String unit, String text) {
		assertThat(evaluate("numbers.compact(%s, '%s')".formatted(value, unit))).isEqualTo(text);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			[0, 2e9, 4e9] | 2e9 | 0 | none | 0;2 G;4 G
			[0, 5e11, 1e12] | 5e11 | 0 | none | 0;500 G;1.0 T
			[0, 0.5, 1] | 0.5 | 0 | percent | 0 %;0.5 %;1.0 %
			[-2, 0, 2] | 2 | 306 | none | −2E306;0;2E306
			[0, 5, 10] | 5 | 15 | none | 0;5 P;10 P
			[0.1, null, 10] | 0 | 0 | bytes | 0.1 B;;10 B
			""")
	void axisHasTheSameFormat(String splits, String increment, int exponent, String unit, String labels) {
		open("", 0);
		assertThat(
				evaluate("numbers.axisLabels(%s, %s, %d, '%s').join(';')".formatted(splits, increment, exponent, unit)))
			.isEqualTo(labels);
	}

	@Test
	void listAndLegendHaveTheSameFormat() {
		open("#key=size.large&range=24h&values=bytes", 1);
		assertThat(value("size.large")).isEqualTo("6.917\u202fG");
		assertThat(value("size.small")).isEqualTo("12.3\u202fµ");
		assertThat(value("size.thousands")).isEqualTo("14,476.3");
		assertThat(browser.texts("#legend tbody .now")).containsExactly("6.917\u202fGB");
		browser.click("#axis");
		browser.run("""
				const unit = document.getElementById('value-unit');
				unit.value = 'bits';
				unit.dispatchEvent(new Event('change', { bubbles: true }))""");
		browser
			.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .now")).containsExactly("6.917\u202fGbit/s"));
		assertThat(browser.url()).contains("values=bits");
	}

	@Test
	void numbersAndDatesAreThoseOfTheLanguage() {
		open("#key=size.thousands&range=24h", 1);
		browser.speak("de-DE");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .now")).containsExactly("14.476,3"));
		browser
			.awaitAsserted(() -> assertThat(browser.text("#range")).containsPattern("\\d+\\. [A-Z].* \\d\\d:\\d\\d"));
		browser.openAgain(page(""));
	}

	@Test
	void valueAxisHasTheEndsThatAreTyped() {
		open("#key=level.ten&range=1h", 1);
		browser.click("#axis");
		browser.find("#y-from").sendKeys("0");
		browser.find("#y-to").sendKeys("20", Keys.TAB);
		browser.awaitAsserted(() -> assertThat(height()).isBetween(0.48, 0.52));
		assertThat(browser.url()).contains("y-from=0&y-to=20");
		fill("#y-to", ".04k");
		browser.type(Keys.ENTER);
		browser.awaitAsserted(() -> assertThat(height()).isBetween(0.23, 0.27));
		browser.find("#y-to").sendKeys("x", Keys.ENTER);
		browser.awaitAsserted(() -> assertThat(browser.text("#axis-wrong"))
			.isEqualTo("“.04kx” is not a number such as 5, 2.5k or 1e6."));
		assertThat(browser.find("#y-to").getDomAttribute("aria-invalid")).isEqualTo("true");
		fill("#y-to", "-1");
		browser.type(Keys.ENTER);
		browser.awaitAsserted(
				() -> assertThat(browser.text("#axis-wrong")).isEqualTo("The upper end must be above the lower one."));
		assertThat(browser.url()).as("what makes no sense changes nothing").contains("y-to=40");
	}

	@Test
	void logarithmicScaleHasEqualDistancesForEqualRatios() {
		open("#key=level.ten&key=level.zero&range=1h&scale=log&y-from=1&y-to=1000", 2);
		browser.awaitAsserted(() -> assertThat(height()).isBetween(0.31, 0.35));
		fill("#y-from", "0");
		browser.type(Keys.ENTER);
		browser.awaitAsserted(
				() -> assertThat(browser.text("#axis-wrong")).isEqualTo("A logarithmic scale has only ends above 0."));
		fill("#y-from", ".1");
		browser.type(Keys.ENTER);
		browser.awaitAsserted(() -> assertThat(height()).isBetween(0.48, 0.52));
		browser.click("#log");
		browser.await(() -> !browser.url().contains("scale=log"));
	}

	@Test
	void rangeIsTypedFromNow() {
		open("#key=level.ten&range=1h", 1);
		browser.type("r");
		browser.await(() -> browser.find("#range-dialog").isDisplayed());
		assertThat(browser.find("#range-from").getDomProperty("value")).isEqualTo("-1h");
		fill("#range-from", "-2H");
		fill("#range-to", "now - 30 min");
		browser.type(Keys.ENTER);
		browser.await(() -> browser.url().contains("from=-2h&to=-30min"));
		browser.awaitAsserted(() -> assertThat(bounds()[1] - bounds()[0]).isEqualTo(5400));
		double before = bounds()[1];
		browser.awaitAsserted(() -> assertThat(bounds()[1]).as("it goes with the clock").isGreaterThan(before));
		browser.openAgain(browser.url());
		browser.awaitAsserted(() -> assertThat(bounds()[1] - bounds()[0]).isEqualTo(5400));
		browser.click("#range");
		assertThat(browser.find("#range-from").getDomProperty("value")).as("as it was typed").isEqualTo("-2h");
		fill("#range-from", "yesterday");
		browser.type(Keys.ENTER);
		browser.awaitAsserted(() -> assertThat(browser.text("#range-wrong")).isEqualTo("“yesterday” is not a time. "
				+ "Write a date and time such as 2026-11-25 10:03, or a time from now such as -2h."));
		fill("#range-from", "2026-02-30 10:00");
		browser.type(Keys.ENTER);
		browser.awaitAsserted(() -> assertThat(browser.text("#range-wrong")).startsWith("“2026-02-30 10:00”"));
		fill("#range-from", "2006-06-21 04:10");
		fill("#range-to", "1150864500");
		browser.type(Keys.ENTER);
		browser.await(() -> browser.url().contains("&to=1150864500"));
	}

	@Test
	void keyThatNobodyHasPutIsToldFromARangeWithoutPoints() {
		browser.open(page("#key=no.such[key]&range=1h"));
		browser
			.awaitAsserted(() -> assertThat(browser.text("#over-text")).isEqualTo("There is no series no.such[key]."));
		browser.openAgain(page("#key=level.ten&from=1000&to=2000"));
		browser.awaitAsserted(() -> assertThat(browser.text("#over-text")).isEqualTo("No points in this range."));
	}

	private static void fill(String input, String text) {
		// To clear it would be a change of its own.
		browser.find(input).sendKeys(Keys.chord(Keys.CONTROL, "a"), text);
	}

	private static String page(String view) {
		return "http://127.0.0.1:" + server.httpPort() + "/" + view;
	}

	private static void open(String view, int lines) {
		browser.open(page(view));
		browser.await(() -> !browser.texts("#list .row .value").isEmpty());
		browser.await(
				() -> browser.texts("#legend tbody .max").stream().filter((max) -> !max.equals("–")).count() == lines);
	}

	private static String evaluate(String expression) {
		if (!browser.url().startsWith(page(""))) {
			open("", 0);
		}
		return browser
			.runAsync("import('/page/numbers.js').then((numbers) => arguments[0](" + expression + "), arguments[0])")
			.toString()
			.replace('\u202f', ' ');
	}

	private static String value(String key) {
		return browser.texts("#list .row:has(.key[title='" + key + "']) .value").get(0);
	}

	private static List<String> titles(String selector) {
		return ((List<?>) browser.run("return [...document.querySelectorAll(arguments[0])].map(({ title }) => title)",
				selector))
			.stream()
			.map(Object::toString)
			.toList();
	}

	private static void awaitOrder(String... keys) {
		awaitOrder(List.of(keys));
	}

	private static void awaitOrder(List<String> keys) {
		browser.awaitAsserted(() -> assertThat(titles("#legend .key")).isEqualTo(keys));
	}

	private static String sorting(String button) {
		return browser
			.run("return document.querySelector(arguments[0]).closest('th').getAttribute('aria-sort')", button)
			.toString();
	}

	private static double[] bounds() {
		List<?> ends = (List<?>) browser
			.run("const { from, to } = document.getElementById('range').dataset; return [Number(from), Number(to)]");
		return ends.stream().mapToDouble((end) -> ((Number) end).doubleValue()).toArray();
	}

	/**
	 * Counts the pixels of lines in a part of the plot.
	 * @param from where the part begins, as a part of the width
	 * @param to where it ends
	 * @return the number of pixels with a colour
	 */
	private static long ink(double from, double to) {
		return ((Number) pixels(from, to).get(0)).longValue();
	}

	/**
	 * Measures how high the lines are in the plot.
	 * @return the mean height, from 0 at the bottom to 1 at the top
	 */
	private static double height() {
		return ((Number) pixels(0, 1).get(1)).doubleValue();
	}

	private static List<?> pixels(double from, double to) {
		return (List<?>) browser.run(
				"""
						const canvas = document.querySelector('#chart canvas'), over = document.querySelector('#chart .u-over');
						const [left, width] = [over.offsetLeft + arguments[0] * over.clientWidth, (arguments[1] - arguments[0]) * over.clientWidth];
						const height = over.clientHeight;
						const { data, width: columns } = canvas.getContext('2d').getImageData(left, over.offsetTop, width, height);
						let [ink, sum] = [0, 0];
						for (let i = 0; i < data.length; i += 4) {
						  if (data[i + 3] > 100 && Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 60) {
						    ink++;
						    sum += 1 - Math.floor(i / 4 / columns) / height;
						  }
						}
						return [ink, ink ? sum / ink : -1]""",
				from, to);
	}

}
