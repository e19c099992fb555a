package io.eardrum.web.page;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

import io.eardrum.server.fixture.RunningServer;
import io.eardrum.web.fixture.Browser;
import io.eardrum.web.fixture.PutConnection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several charts below each other, lines on top of each other, and an earlier time beside
 * the present one.
 */
@EnabledIfSystemProperty(named = Browser.PROGRAM, matches = ".+", disabledReason = "needs -Deardrum.browser=<Chromium>")
class PageChartsBrowserIntegrationTests {

	private static final int DAY = 86400;

	@RegisterExtension
	private static final RunningServer server = RunningServer.with();

	/** All points of the present. */
	private static String hour;

	private static Browser browser;

	@BeforeAll
	static void fill() throws IOException {
		long start = (Instant.now().getEpochSecond() - 3600) / 10 * 10;
		hour = "from=%d&to=%d".formatted(start, start + 3590);
		try (PutConnection client = new PutConnection(server.tcpPort())) {
			for (int i = 0; i < 360; i++) {
				long time = start + 10L * i;
				List<String> commands = new ArrayList<>(List.of("put web.a 10 " + time, "put web.b 20 " + time,
						"put load 3 " + time, "put load 1 " + (time - 3600), "put load 2 " + (time - DAY),
						"put load 5 " + (time - 7L * DAY), "put web.a 4 " + (time - DAY), "put web.b 5 " + (time - DAY),
						"put pool.used %d %d".formatted(50 + i % 7, time)));
				if (i < 120 || i > 240) {
					commands.add("put web.c 30 " + time);
				}
				if (i % 6 == 0) {
					commands.add("put web.minutes 40 " + time);
				}
				commands.add("put web.down -15 " + time);
				client.put(commands.toArray(String[]::new));
			}
			client.put("put plain.numbers 5 1", "put plain.numbers 7 2", "put plain.numbers 6 3");
		}
		browser = Browser.start();
	}

	@AfterAll
	static void stop() throws IOException {
		browser.close();
	}

	@AfterEach
	void nothingIsComplainedAbout() {
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void chartsAreAddedAndRemovedAndTheListFillsTheActiveOne() {
		open("#key=web.a&" + hour, 1);
		browser.click("#add-chart");
		browser.await(() -> browser.find("#card-2").isDisplayed());
		assertThat(browser.text("#announcements")).contains("Chart 2 added.");
		browser.choose("web.b");
		awaitLegend(2, "web.b");
		awaitLegend(1, "web.a");
		browser.click("#chart-title");
		assertThat(browser.find("#card").getDomAttribute("class")).contains("active");
		assertThat(row("web.a")).as("what the active chart has").isEqualTo("true");
		assertThat(row("web.b")).isEqualTo("false");
		browser.choose("load");
		awaitLegend(1, "web.a", "load");
		awaitLegend(2, "web.b");
		browser.click("#chart-title");
		browser.type("c");
		browser.await(() -> browser.find("#card-3").isDisplayed());
		browser.choose("pool.used");
		awaitLegend(3, "pool.used");
		browser.click("#remove-chart");
		browser.await(() -> !browser.find("#card-3").isDisplayed());
		awaitLegend(1, "web.b");
		awaitLegend(2, "pool.used");
		assertThat(browser.text("#announcements")).contains("Chart 1 removed.");
		browser.click("#back");
		browser.await(() -> browser.url().endsWith("&chart=3&key=pool.used"));
		awaitLegend(1, "web.a", "load");
		awaitLegend(3, "pool.used");
		browser.find("#remove-chart-2").sendKeys(Keys.ENTER);
		awaitLegend(2, "pool.used");
		browser.find("#remove-chart-2").sendKeys(Keys.ENTER);
		browser.await(() -> !browser.find("#card-2").isDisplayed());
		assertThat(browser.find("#remove-chart").isDisplayed()).as("the last one stays").isFalse();
		assertThat(browser.url()).doesNotContain("chart=");
	}

	@Test
	void addressHasAllChartsEachWithItsAxis() throws IOException {
		open("#key=web.a&key=web.b&stacked=on&" + hour
				+ "&chart=2&key=pool.used&values=percent&y-from=0&y-to=100&chart=3&key=rate+load&key=load&hide=load",
				5);
		awaitLegend(1, "web.a", "web.b");
		awaitLegend(2, "pool.used");
		awaitLegend(3, "rate load", "load");
		assertThat(browser.texts("#legend-2 tbody .max")).containsExactly("56\u202f%");
		assertThat(browser.find("#stacked").isSelected()).isTrue();
		assertThat(browser.find("#stacked-2").isSelected()).isFalse();
		assertThat(browser.find("#y-to-2").getDomProperty("value")).isEqualTo("100");
		assertThat(browser.all("#legend-3 .hidden-series")).hasSize(1);
		browser.click("#axis-3");
		browser.click("#log-3");
		browser.await(() -> browser.url().contains("scale=log"));
		assertThat(browser.url()).contains("stacked=on", "&chart=2&key=pool.used&values=percent&y-from=0&y-to=100",
				"&chart=3&key=rate+load&key=load&hide=load&scale=log");
		String view = browser.url();
		assertThat(browser.find("#axis-form").isDisplayed()).as("there is no room for all of them").isFalse();
		browser.click("#axis-3");
		browser.hover("#chart-2", 0.5);
		browser.await(() -> browser.find("#tooltip").isDisplayed());
		browser.picture("three-charts-light-desktop");
		browser.openAgain(view);
		awaitLegend(3, "rate load", "load");
		assertThat(browser.texts("#legend-2 tbody .max")).containsExactly("56\u202f%");
		assertThat(browser.url()).isEqualTo(view);
	}

	@Test
	void addressOfOneChartIsWhatItWas() {
		open("#key=web.a&key=web.b&colors=3.1&hide=web.b&values=bytes&y-from=1&" + hour + "&table=on", 2);
		awaitLegend(1, "web.a", "web.b");
		assertThat(browser.all("#card-2")).isEmpty();
		assertThat(browser.find("#card-head").isDisplayed()).isFalse();
		assertThat(browser.find("#table-section").isDisplayed()).isTrue();
		assertThat(browser.text("#table-title")).isEqualTo("Points");
	}

	@Test
	void noMoreChartsAreReadThanThePageHas() {
		open("#key=web.a&" + hour + "&chart=x&key=web.b".repeat(20), 8);
		assertThat(browser.all(".chart-card")).hasSize(8);
		assertThat(browser.find("#add-chart").isDisplayed()).isFalse();
	}

	@Test
	void cursorIsInAllChartsAndTheTooltipInOne() {
		open("#key=web.a&" + hour + "&chart=2&key=pool.used", 2);
		browser.hover(0.5);
		browser.awaitAsserted(() -> assertThat(browser.text("#legend-at-2")).isEqualTo(browser.text("#legend-at"))
			.isNotEqualTo("Last"));
		assertThat(titles("#tooltip-rows .key")).containsExactly("web.a");
		assertThat(browser.all(".following")).hasSize(1);
		browser.hover("#chart-2", 0.25);
		browser.awaitAsserted(() -> assertThat(titles("#tooltip-rows .key")).containsExactly("pool.used"));
		assertThat(browser.text("#legend-at")).isEqualTo(browser.text("#tooltip-time"));
		browser.clickPlot("#chart-2", 0.25);
		browser.await(() -> !browser.all("#tooltip.pinned").isEmpty());
		String pinned = browser.text("#legend-at");
		browser.hover(0.75);
		assertThat(browser.text("#legend-at")).as("pinned in the other one too").isEqualTo(pinned);
		browser.clickPlot(0.75);
		browser.await(() -> browser.all("#tooltip.pinned").isEmpty());
		browser.hover(0.8);
		browser.awaitAsserted(() -> assertThat(browser.text("#legend-at-2")).isEqualTo(browser.text("#legend-at"))
			.isNotEqualTo(pinned));
		browser.find("#chart").sendKeys(Keys.ESCAPE);
		browser.awaitAsserted(() -> assertThat(browser.text("#legend-at-2")).isEqualTo("Last"));
		assertThat(browser.find("#tooltip").isDisplayed()).isFalse();
	}

	@Test
	void cursorIsMovedByKeyboardInAllCharts() {
		open("#key=web.a&" + hour + "&chart=2&key=pool.used", 2);
		browser.run("document.getElementById('chart-2').focus()");
		browser.type(Keys.HOME);
		browser.awaitAsserted(() -> assertThat(browser.text("#announcements")).contains("pool.used 52"));
		browser.awaitAsserted(() -> assertThat(browser.text("#legend-at")).isEqualTo(browser.text("#legend-at-2")));
		assertThat(browser.find("#card-2").getDomAttribute("class")).as("what has the focus").contains("active");
		browser.type("+");
		browser.await(() -> !browser.url().contains(hour));
	}

	@Test
	void zoomInOneIsZoomInAll() {
		open("#key=web.a&" + hour + "&chart=2&key=pool.used", 2);
		browser.drag("#chart-2", 0.25, 0.5);
		browser.await(() -> !browser.url().contains(hour));
		browser.awaitAsserted(() -> assertThat(points("#description")).isBetween(85, 95));
		assertThat(points("#description-2")).isEqualTo(points("#description"));
	}

	@Test
	void rangeOfAllPointsIsThatOfAllCharts() {
		open("#key=pool.used&range=all&chart=2&key=load", 2);
		Object both = browser.run("const { from, to } = document.getElementById('range').dataset; return to - from");
		assertThat(((Number) both).longValue()).isEqualTo(7L * DAY + 3590);
	}

	@Test
	void chartOfPlainNumbersKeepsItsOwnRange() {
		open("#key=web.a&" + hour + "&chart=2&key=plain.numbers&unit=n", 2);
		assertThat(points("#description-2")).isEqualTo(3);
		browser.drag("#chart-2", 0.2, 0.6);
		browser.awaitAsserted(() -> assertThat(browser.text("#status")).startsWith("The time range is that of other"));
		assertThat(browser.url()).contains(hour);
	}

	@Test
	void tableIsThatOfOneChart() {
		open("#key=web.a&" + hour + "&chart=2&key=pool.used&chart=3", 2);
		browser.click("#table-2");
		browser.awaitAsserted(() -> assertThat(browser.text("#table-title")).isEqualTo("Points of chart 2"));
		assertThat(browser.texts("#table-head th")).containsExactly("Time", "pool.used");
		browser.click("#table");
		browser.awaitAsserted(() -> assertThat(browser.texts("#table-head th")).containsExactly("Time", "web.a"));
		browser.click("#table");
		browser.await(() -> !browser.find("#table-section").isDisplayed());
	}

	@Test
	void linkIsCopied() {
		open("#key=web.a&" + hour + "&chart=2&key=pool.used", 2);
		browser.run("navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }");
		browser.click("#link");
		browser.awaitAsserted(() -> assertThat(browser.text("#status")).isEqualTo("Link copied."));
		assertThat(browser.run("return window.copied")).isEqualTo(browser.url());
	}

	@Test
	void stackedLinesAreOnTopOfEachOther() throws IOException {
		open("#key=web.a&key=web.b&key=web.c&y-from=0&y-to=100&" + hour, 3);
		browser.click("#stacked");
		browser.await(() -> browser.url().contains("stacked=on"));
		browser.awaitAsserted(() -> assertThat(heights(0.1)).containsExactly(10, 30, 60));
		assertThat(heights(0.5)).as("a gap counts as nothing").containsExactly(10, 30);
		browser.hover(0.1);
		browser.awaitAsserted(() -> assertThat(browser.texts("#tooltip-rows td")).containsExactly("30", "20", "10"));
		assertThat(browser.texts("#tooltip-sums tr")).containsExactly("Sum 60");
		browser.hover(0.5);
		browser.awaitAsserted(() -> assertThat(browser.texts("#tooltip-sums tr")).containsExactly("Sum 30"));
		assertThat(browser.texts("#tooltip-rows td")).containsExactly("20", "10", "–");
		browser.picture("stacked-light-desktop");
		browser.run("document.querySelector('#legend tbody tr:nth-child(1) .name').click()");
		browser
			.awaitAsserted(() -> assertThat(heights(0.1)).as("hidden lines hold nothing up").containsExactly(20, 50));
		browser.find("#stacked").sendKeys(Keys.SPACE);
		browser.await(() -> !browser.url().contains("stacked=on"));
		browser.awaitAsserted(() -> assertThat(heights(0.1)).containsExactly(20, 30));
	}

	@Test
	void negativeValuesAreStackedDownwards() {
		open("#key=web.a&key=web.down&key=web.b&stacked=on&" + hour, 3);
		browser.hover(0.5);
		browser.awaitAsserted(() -> assertThat(browser.texts("#tooltip-sums tr")).containsExactly("Sum 15"));
		open("#key=web.a&key=web.down&key=web.b&stacked=on&y-from=-50&y-to=50&" + hour, 3);
		browser.awaitAsserted(() -> assertThat(heights(0.5)).as("from -50 to 50").containsExactly(35, 60, 80));
	}

	@Test
	void lineWithFewerPointsHoldsUpTheOthersBetweenThem() {
		open("#key=web.minutes&key=web.a&stacked=on&y-from=0&y-to=100&" + hour, 2);
		browser.awaitAsserted(() -> assertThat(heights(0.503)).containsExactly(40, 50));
	}

	@Test
	void stackHasNoLogarithmicScale() {
		open("#key=web.a&scale=log&" + hour, 1);
		browser.click("#stacked");
		browser.await(() -> browser.url().contains("stacked=on"));
		assertThat(browser.url()).doesNotContain("scale=log");
		browser.click("#log");
		browser.await(() -> browser.url().contains("scale=log"));
		assertThat(browser.url()).doesNotContain("stacked");
		browser.openAgain(browser.url() + "&stacked=on");
		browser.await(() -> browser.find("#stacked").isSelected());
		assertThat(browser.find("#log").isSelected()).isFalse();
	}

	@Test
	void earlierTimeIsADashedLine() throws IOException {
		open("#key=load&y-from=0&y-to=10&" + hour, 1);
		// Over the legend, the mouse would bring one line forward.
		browser.hover(0.9);
		browser.find("#before").sendKeys("a day");
		browser.await(() -> browser.url().contains("before=day"));
		browser.awaitAsserted(
				() -> assertThat(browser.texts("#legend tbody th")).containsExactly("load", "load a day before"));
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .mean")).containsExactly("3", "2"));
		browser.picture("earlier-light-desktop");
		browser.awaitAsserted(() -> assertThat(inked(0.2)).as("a dashed line").isBetween(0.2, 0.85));
		assertThat(inked(0.3)).as("a line of the present").isGreaterThan(0.95);
		browser.hover(0.5);
		browser.awaitAsserted(
				() -> assertThat(browser.texts("#tooltip-rows tr")).containsExactly("load 3", "load a day before 2"));
		assertThat(browser.text("#description")).contains("load: 360 points", "load, a day before: 360 points");
		browser.find("#before").sendKeys("a week");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .mean")).containsExactly("3", "5"));
		browser.click("#before option[value='period']");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .mean").get(1)).startsWith("1"));
		browser.openAgain(browser.url());
		browser.awaitAsserted(
				() -> assertThat(browser.texts("#legend tbody th")).containsExactly("load", "load the period before"));
		browser.click("#before option[value='']");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody th")).containsExactly("load"));
	}

	@Test
	void earlierTimeIsStackedForItself() {
		open("#key=web.a&key=web.b&stacked=on&before=day&" + hour, 4);
		browser.hover(0.5);
		browser.awaitAsserted(
				() -> assertThat(browser.texts("#tooltip-sums tr")).containsExactly("Sum 30", "Sum, a day before 9"));
		browser.click("#table");
		browser
			.awaitAsserted(() -> assertThat(browser.texts("#table-head th")).containsExactly("Time", "web.a", "web.b"));
	}

	@Test
	void nothingIsBeforeAllPointsAndPlainNumbersHaveNoDays() {
		open("#key=load&range=all&before=period", 1);
		assertThat(browser.texts("#legend tbody tr")).hasSize(1);
		open("#key=plain.numbers&unit=n&from=2&to=3&before=day", 1);
		assertThat(browser.texts("#legend tbody tr")).hasSize(1);
		open("#key=plain.numbers&unit=n&from=2&to=3&before=period", 2);
		assertThat(browser.texts("#legend tbody .max")).containsExactly("7", "7");
	}

	private static void open(String view, int lines) {
		browser.open("http://127.0.0.1:" + server.httpPort() + "/" + view);
		browser.await(() -> !browser.texts("#list .row .value").isEmpty());
		browser.await(
				() -> browser.texts(".legend tbody .max").stream().filter((max) -> !max.equals("–")).count() == lines);
	}

	private static void awaitLegend(int chart, String... keys) {
		String legend = (chart == 1) ? "#legend" : "#legend-" + chart;
		browser.awaitAsserted(() -> assertThat(titles(legend + " tbody .key")).containsExactly(keys));
	}

	private static List<String> titles(String selector) {
		return ((List<?>) browser.run("return [...document.querySelectorAll(arguments[0])].map(({ title }) => title)",
				selector))
			.stream()
			.map(Object::toString)
			.toList();
	}

	private static String row(String key) {
		return browser
			.run("return document.querySelector(arguments[0]).closest('.row').getAttribute('aria-selected')",
					"#list .key[title='" + key + "']")
			.toString();
	}

	private static int points(String description) {
		return Integer.parseInt(browser.text(description).replaceFirst("(?s).*?: (\\d+) points.*", "$1"));
	}

	/**
	 * Finds lines from the bottom to the top of the first chart, by their pixels.
	 * @param at where, as a part of the width
	 * @return their heights, in hundredths of that of the plot, to the nearest five
	 */
	private static List<Integer> heights(double at) {
		return ((List<?>) browser.run(
				"""
						const canvas = document.querySelector('#chart canvas'), over = document.querySelector('#chart .u-over');
						const height = over.clientHeight;
						const { data } = canvas.getContext('2d').getImageData(Math.round(over.offsetLeft + arguments[0] * over.clientWidth), over.offsetTop, 1, height);
						const found = [];
						let [strongest, place] = [0, 0];
						for (let y = height - 1; y >= -1; y--) {
						  const [r, g, b, a] = y < 0 ? [0, 0, 0, 0] : data.slice(4 * y, 4 * y + 4);
						  const ink = a * (Math.max(r, g, b) - Math.min(r, g, b)) / 255;
						  if (ink > 85 && ink > strongest) {
						    [strongest, place] = [ink, y];
						  } else if (ink <= 85 && strongest) {
						    found.push(5 * Math.round(20 - 20 * (place + 0.5) / height));
						    strongest = 0;
						  }
						}
						return found""",
				at))
			.stream()
			.map((height) -> ((Number) height).intValue())
			.toList();
	}

	/**
	 * Measures a line that goes across the first chart.
	 * @param height where it is, as a part of the height
	 * @return the part of it that is not empty
	 */
	private static double inked(double height) {
		return ((Number) browser.run(
				"""
						const canvas = document.querySelector('#chart canvas'), over = document.querySelector('#chart .u-over');
						const y = Math.round(over.offsetTop + (1 - arguments[0]) * over.clientHeight) - 3, width = over.clientWidth;
						const { data } = canvas.getContext('2d').getImageData(over.offsetLeft, y, width, 6);
						let inked = 0;
						for (let x = 20; x < width - 20; x++) {
						  inked += [0, 1, 2, 3, 4, 5].some((row) => {
						    const [r, g, b, a] = data.slice(4 * (row * width + x), 4 * (row * width + x) + 4);
						    return a > 60 && Math.max(r, g, b) - Math.min(r, g, b) > 60;
						  });
						}
						return inked / (width - 40)""",
				height))
			.doubleValue();
	}

}
