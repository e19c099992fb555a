package io.eardrum.web.page;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import javax.imageio.ImageIO;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

import io.eardrum.server.fixture.RunningServer;
import io.eardrum.web.fixture.Browser;
import io.eardrum.web.fixture.PutConnection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a person does with the page day by day, in a real browser: points come in over
 * TCP, and are looked at.
 */
@EnabledIfSystemProperty(named = Browser.PROGRAM, matches = ".+", disabledReason = "needs -Deardrum.browser=<Chromium>")
class PageBrowserIntegrationTests {

	/** Counts the requests for data since they were cleared. */
	private static final String REQUESTS = "performance.getEntriesByType('resource')"
			+ ".filter(({name}) => name.includes('/api/')).length";

	/** Two of them fill an address: encoded, they are three times as long. */
	private static final List<String> WIDE_KEYS = Stream.of("wide.a.", "wide.b.", "wide.c.")
		.map((start) -> start + "\u00fc".repeat(240))
		.toList();

	private static long now;

	@RegisterExtension
	private static final RunningServer server = RunningServer.with();

	private static PutConnection client;

	private static Browser browser;

	@BeforeAll
	static void fill() throws IOException {
		now = Instant.now().getEpochSecond();
		client = new PutConnection(server.tcpPort());
		client.putMany(360, (i) -> "put palm.cpu %s %d".formatted(i, now - 3590 + 10 * i));
		client.putMany(360, (i) -> "put palm.mem %s %d".formatted(1000 - i, now - 3590 + 10 * i));
		client.putMany(360, (i) -> "put oak.cpu.user %s %d".formatted(i % 60, now - 3590 + 10 * i));
		client.put("put live.one 1 " + now, "put live.two 1 " + now);
		client.put("put old.point 23.7 1150864247", "put old.point 23.9 1150864257");
		client.put("put odd.millis 1 " + (now - 60) * 1000, "put odd.millis 2 " + now * 1000);
		client.put("put odd.micros 1 " + (now - 60) * 1000_000, "put odd.micros 2 " + now * 1000_000);
		client.put("put odd.small 5 1", "put odd.small 7 2", "put odd.small 6 3");
		client.put("put odd.negative 1 -20", "put odd.negative 2 -10");
		client.put("put odd.edges 1 " + Long.MIN_VALUE, "put odd.edges 2 " + Long.MAX_VALUE);
		client.put("put odd.values 1.7e308 " + (now - 60), "put odd.values -1.7e308 " + (now - 30),
				"put odd.values 5e-324 " + now);
		client.put("put <img/src=x/onerror=alert(1)> 1 " + now, "put a&b=c#d%20e 2 " + now,
				"put \u00fc\u4e2d.\ud83d\ude00 3 " + now);
		for (String key : WIDE_KEYS) {
			client.put("put " + key + " 1 1");
		}
		browser = Browser.start();
	}

	@AfterAll
	static void stop() throws IOException {
		browser.close();
		client.close();
	}

	@BeforeEach
	void openPage() {
		browser.open(page(""));
		browser.await(() -> !browser.texts("#list .row .value").isEmpty());
	}

	@AfterEach
	void nothingIsComplainedAbout() {
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void listShowsLastValuesWithTheirAge() {
		assertThat(row("palm.cpu")).contains("359").containsPattern("\\d+ (s|min)");
		assertThat(row("old.point")).contains("23.9").containsPattern("\\d\\d y");
		assertThat(row("odd.small")).contains("6").contains("t 3");
		assertThat(browser.text("#count")).isEqualTo("18 series");
	}

	@Test
	void pointThatIsPutIsSeenAMomentLater() throws IOException {
		browser.choose("live.one");
		awaitLegend("live.one");
		client.put("put live.one 4711.5 " + Instant.now().getEpochSecond());
		browser.awaitAsserted(() -> assertThat(row("live.one")).contains("4711.5"));
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend .now")).containsExactly("4711.5"));
	}

	@Test
	void severalSeriesShareTheChartEachWithItsColour() {
		chooseThree();
		List<Object> colours = browser.all("#legend .swatch")
			.stream()
			.map((swatch) -> browser.run("return arguments[0].style.getPropertyValue('--color')", swatch))
			.toList();
		assertThat(colours).doesNotHaveDuplicates().hasSize(3);
		browser.click("#legend tbody tr:nth-child(1) .action button");
		awaitLegend("palm.mem", "oak.cpu.user");
		assertThat(browser.find("#legend .swatch").getDomProperty("outerHTML")).contains(colours.get(1).toString());
	}

	@Test
	void legendShowsTheValuesUnderTheCursor() {
		chooseThree();
		browser.hover(0.5);
		browser.awaitAsserted(() -> {
			int palm = Integer.parseInt(browser.texts("#legend .now").get(0));
			assertThat(palm).isBetween(150, 260);
			assertThat(browser.texts("#legend .now").get(1)).isEqualTo(Integer.toString(1000 - palm));
			assertThat(browser.text("#legend-at")).matches("[A-Z][a-z]{2} \\d+, \\d{4}, \\d+:\\d\\d:\\d\\d [AP]M");
		});
	}

	@Test
	void draggingZoomsAndBackZoomsOutAgain() {
		chooseThree();
		browser.drag(0.25, 0.5);
		browser.await(() -> browser.url().contains("from="));
		double[] zoomed = range();
		assertThat(zoomed[1] - zoomed[0]).isBetween(800.0, 1000.0);
		// The value of a point is its number; the range has moved on since they were put.
		int last = (int) (zoomed[1] - (now - 3590)) / 10;
		browser.awaitAsserted(() -> assertThat(Integer.parseInt(browser.texts("#legend .max").get(0)))
			.isBetween(last - 12, last + 2));
		browser.drag(0.25, 0.75);
		browser.await(() -> range()[0] > zoomed[0]);
		browser.click("#back");
		browser.await(() -> range()[0] == zoomed[0]);
		browser.back();
		browser.await(() -> browser.url().contains("range=1h"));
		browser.awaitAsserted(() -> assertThat(pressed()).isEqualTo("1h"));
	}

	@Test
	void zoomingOutDoublesTheRange() {
		browser.choose("palm.cpu");
		awaitLegend("palm.cpu");
		browser.click("#zoom-out");
		browser.await(() -> browser.url().contains("from="));
		double[] range = range();
		assertThat(range[1] - range[0]).isBetween(7190.0, 7210.0);
		assertThat(range[1]).as("nothing is to be seen in the future")
			.isLessThanOrEqualTo(Instant.now().getEpochSecond() + 1.0);
	}

	@ParameterizedTest
	@CsvSource({ "5m, 300", "3h, 10800", "12h, 43200", "24h, 86400", "2d, 172800", "7d, 604800", "1y, 31536000" })
	void presetsEndNow(String name, long seconds) {
		browser.choose("palm.cpu");
		awaitLegend("palm.cpu");
		browser.click("#presets [data-name='" + name + "']");
		browser.awaitAsserted(() -> assertThat(pressed()).isEqualTo(name));
		browser.awaitAsserted(() -> {
			double[] ends = drawnBounds();
			assertThat(ends[1] - ends[0]).isEqualTo((double) seconds);
			assertThat(ends[1]).isBetween(now - 5.0, now + 600.0);
		});
	}

	@Test
	void rangeIsChosenByItsEnds() {
		browser.choose("palm.cpu");
		awaitLegend("palm.cpu");
		browser.click("#range");
		browser.run("document.getElementById('range-to').value = document.getElementById('range-from').value");
		browser.click("#range-form .primary");
		assertThat(browser.text("#range-wrong")).isEqualTo("The end must be after the beginning.");
		browser.run("document.getElementById('range-from').value = '2006-06-21T04:00:00';"
				+ "document.getElementById('range-to').value = '2006-06-21T05:00:00'");
		browser.click("#range-form .primary");
		browser.await(() -> browser.url().contains("from="));
		assertThat(range()[1] - range()[0]).isEqualTo(3600);
		browser.awaitAsserted(() -> assertThat(browser.text("#over-text")).isEqualTo("No points in this range."));
		browser.click("#show-all");
		browser.awaitAsserted(() -> assertThat(pressed()).isEqualTo("all"));
		browser.await(() -> !browser.find("#over-chart").isDisplayed());
	}

	@Test
	void linkBringsBackTheView() {
		chooseThree();
		browser.click("#legend tbody tr:nth-child(1) .action button");
		browser.click("#legend tbody tr:nth-child(2) .name");
		browser.drag(0.3, 0.6);
		browser.await(() -> browser.url().contains("from="));
		browser.click("#table");
		browser.await(() -> browser.url().contains("table=on"));
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend .max").get(0)).isNotEqualTo("–"));
		String view = legendAndRange();
		browser.openAgain(browser.url());
		browser.awaitAsserted(() -> assertThat(legendAndRange()).isEqualTo(view));
		assertThat(browser.find("#table-section").isDisplayed()).isTrue();
		assertThat(browser.all("#legend .hidden-series")).hasSize(1);
	}

	@Test
	void backAndForwardGoThroughTheViews() {
		browser.choose("palm.cpu");
		awaitLegend("palm.cpu");
		browser.choose("palm.mem");
		awaitLegend("palm.cpu", "palm.mem");
		browser.back();
		awaitLegend("palm.cpu");
		browser.run("history.forward()");
		awaitLegend("palm.cpu", "palm.mem");
	}

	@Test
	void searchIsForPartsAndForPatterns() {
		search("CPU");
		awaitList("palm.cpu", "oak.cpu.user");
		search("palm.{cpu,mem}");
		awaitList("palm.cpu", "palm.mem");
		search("nothing-like-this");
		browser.await(() -> browser.find("#no-match").isDisplayed());
		search("[a");
		browser.await(() -> browser.find("#search-wrong").isDisplayed());
		assertThat(browser.find("#trouble").isDisplayed()).isFalse();
		search("palm");
		awaitList("palm.cpu", "palm.mem");
		assertThat(browser.find("#search-wrong").isDisplayed()).isFalse();
		browser.click("#choose-all");
		awaitLegend("palm.cpu", "palm.mem");
	}

	@Test
	void shiftChoosesARunOfSeries() {
		browser.choose("palm.cpu");
		browser.run("const rows = document.querySelectorAll('#list .row');"
				+ "rows[2].dispatchEvent(new MouseEvent('click', {bubbles: true, shiftKey: true}))");
		awaitLegend("palm.cpu", "palm.mem", "oak.cpu.user");
	}

	@Test
	void refreshCanBePausedAndStopsWhileNobodyLooks() throws IOException {
		// Every two seconds, the shortest interval.
		browser.openAgain(page("#key=live.two&range=5m"));
		awaitLegend("live.two");
		browser.await(() -> requestsInThreeSeconds() > 0);
		browser.click("#live");
		assertThat(browser.text("#live .word")).isEqualTo("Paused");
		assertThat(browser.url()).contains("live=off");
		assertThat(requestsInThreeSeconds()).isZero();
		browser.run("performance.clearResourceTimings()");
		look(false);
		look(true);
		assertThat(browser.runAsync("setTimeout(() => arguments[0](" + REQUESTS + "), 1000)"))
			.as("requests because of a look at another tab")
			.isEqualTo(0L);
		browser.click("#live");
		look(false);
		assertThat(requestsInThreeSeconds()).isZero();
		client.put("put live.two 77 " + Instant.now().getEpochSecond());
		look(true);
		browser.awaitAsserted(() -> assertThat(row("live.two")).contains("77"));
	}

	@Test
	void csvHasAllPointsOfTheRange() throws IOException {
		browser.choose("old.point");
		awaitLegend("old.point");
		browser.choose("odd.small");
		awaitLegend("old.point", "odd.small");
		browser.click("#csv");
		String csv = new String(browser.download(".csv"), StandardCharsets.UTF_8);
		assertThat(csv.lines()).containsExactly("key,timestamp,value", "old.point,1150864247,23.7",
				"old.point,1150864257,23.9", "odd.small,1,5.0", "odd.small,2,7.0", "odd.small,3,6.0");
	}

	@Test
	void csvOfKeysThatFillSeveralAddressesHasAllOfThem() throws IOException {
		// The browser fetches nothing that is relative to an address with a password.
		browser.openAgain(page(wideView()).replace("//", "//ada:tea@"));
		browser.await(() -> browser.texts("#legend .now").size() == 3);
		browser.click("#csv");
		String csv = new String(browser.download(".csv"), StandardCharsets.UTF_8);
		assertThat(csv.lines()).containsExactly("key,timestamp,value", WIDE_KEYS.get(0) + ",1,1.0",
				WIDE_KEYS.get(1) + ",1,1.0", WIDE_KEYS.get(2) + ",1,1.0");
	}

	@Test
	void csvOfWhichAPartDoesNotComeIsNoneAndTheReasonIsTold() throws IOException {
		browser.openAgain(page(wideView()));
		browser.await(() -> browser.texts("#legend .now").size() == 3);
		browser.run("""
				const real = window.fetch;
				window.fetch = (url, how) => {
				  if (!/wide\\.c.*format=csv/.test(url)) {
				    return real(url, how);
				  }
				  window.fetch = real;
				  return Promise.resolve(new Response('{"detail": "Too many requests."}', { status: 503 }));
				}""");
		browser.click("#csv");
		browser.awaitAsserted(() -> assertThat(browser.text("#status")).isEqualTo("No CSV: Too many requests."));
		assertThat(browser.text("#announcements")).contains("Too many requests.");
		browser.click("#csv");
		assertThat(new String(browser.download(".csv"), StandardCharsets.UTF_8)).as("the only file")
			.contains(WIDE_KEYS)
			.doesNotContain("Too many requests.");
	}

	@Test
	void pngIsAPictureOfTheChart() throws IOException {
		chooseThree();
		browser.click("#png");
		var picture = ImageIO.read(new ByteArrayInputStream(browser.download(".png")));
		assertThat(picture.getWidth()).isGreaterThan(500);
		assertThat(picture.getHeight()).isGreaterThan(300);
		for (WebElement swatch : browser.all("#legend .swatch")) {
			int colour = Integer
				.decode(browser.run("return arguments[0].style.getPropertyValue('--color').trim()", swatch).toString());
			long pixels = LongStream.range(0, (long) picture.getWidth() * picture.getHeight())
				.filter((i) -> (picture.getRGB((int) (i % picture.getWidth()), (int) (i / picture.getWidth()))
						& 0xffffff) == colour)
				.count();
			assertThat(pixels).isGreaterThan(40);
		}
	}

	@ParameterizedTest
	@CsvSource({ "old.point, 23.9, 23.7, 'Jun 2\\d, 2006, .*'", "odd.millis, 2, 1, '.*, 20\\d\\d, .*'",
			"odd.micros, 2, 1, '.*, 20\\d\\d, .*'", "odd.small, 6, 5, '1 – 3'", "odd.negative, 2, 1, '−20 – −10'",
			"odd.edges, 2, 1, '≈ −9.* – ≈ 9.*'", "odd.values, 5E−324, −1.7E308, '.*, 20\\d\\d, .*'" })
	void everyTimestampAndValueHasItsChart(String key, String last, String min, String range) {
		browser.choose(key);
		awaitLegend(key);
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend .now")).containsExactly(last));
		assertThat(browser.texts("#legend .min")).containsExactly(min);
		browser.awaitAsserted(() -> assertThat(browser.text("#range")).matches(range));
		assertThat(inkOnChart()).isGreaterThan(20);
		browser.find("#chart").sendKeys(Keys.ARROW_LEFT);
		browser.await(() -> !browser.text("#legend-at").equals("Last"));
		browser.find("#chart").sendKeys("+");
		browser.await(() -> browser.url().contains("from="));
	}

	@Test
	void keysAreTextAndNeverMarkup() {
		for (String key : List.of("<img/src=x/onerror=alert(1)>", "a&b=c#d%20e", "\u00fc\u4e2d.\ud83d\ude00")) {
			browser.choose(key);
		}
		awaitLegend("<img/src=x/onerror=alert(1)>", "a&b=c#d%20e", "\u00fc\u4e2d.\ud83d\ude00");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend .now")).containsExactly("1", "2", "3"));
		browser.openAgain(browser.url());
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend .now")).containsExactly("1", "2", "3"));
		assertThat(browser.all("img")).isEmpty();
	}

	@Test
	void tableHasTheSamePoints() {
		browser.choose("odd.small");
		awaitLegend("odd.small");
		browser.click("#table");
		browser.awaitAsserted(() -> assertThat(browser.texts("#table-rows tr")).containsExactly("3 6", "2 7", "1 5"));
	}

	private static String page(String view) {
		return "http://127.0.0.1:" + server.httpPort() + "/" + view;
	}

	private static String wideView() {
		return WIDE_KEYS.stream()
			.map((key) -> "key=" + URLEncoder.encode(key, StandardCharsets.UTF_8))
			.collect(Collectors.joining("&", "#", "&range=all"));
	}

	private void chooseThree() {
		browser.choose("palm.cpu");
		browser.choose("palm.mem");
		browser.choose("oak.cpu.user");
		awaitLegend("palm.cpu", "palm.mem", "oak.cpu.user");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend .max")).doesNotContain("–"));
	}

	private static String row(String key) {
		return String.join("", browser.texts("#list .row:has(.key[title='" + key + "'])"));
	}

	private static void search(String text) {
		browser.run("document.getElementById('search').value = ''");
		browser.find("#search").sendKeys(text);
	}

	private static void awaitList(String... keys) {
		browser.awaitAsserted(() -> assertThat(keys("#list .key")).isEqualTo(List.of(keys)));
	}

	private static void awaitLegend(String... keys) {
		browser.awaitAsserted(() -> assertThat(keys("#legend .key")).isEqualTo(List.of(keys)));
	}

	private static List<?> keys(String selector) {
		return (List<?>) browser.run("return [...document.querySelectorAll(arguments[0])].map(({ title }) => title)",
				selector);
	}

	private static String pressed() {
		return browser.all("#presets [aria-pressed='true']")
			.stream()
			.map((button) -> String.valueOf(button.getDomAttribute("data-name")))
			.collect(Collectors.joining());
	}

	private static double[] range() {
		Matcher range = Pattern.compile("from=([^&]+)&to=([^&]+)").matcher(browser.url());
		return range.find() ? new double[] { Double.parseDouble(range.group(1)), Double.parseDouble(range.group(2)) }
				: new double[2];
	}

	private static double[] drawnBounds() {
		List<?> ends = (List<?>) browser
			.run("const { from, to } = document.getElementById('range').dataset; return [Number(from), Number(to)]");
		return ends.stream().mapToDouble((end) -> ((Number) end).doubleValue()).toArray();
	}

	private static String legendAndRange() {
		Object swatches = browser.run("return [...document.querySelectorAll('#legend .swatch')]"
				+ ".map((swatch) => swatch.style.getPropertyValue('--color')).join()");
		return browser.texts("#legend tr") + " " + swatches + " " + browser.text("#range");
	}

	private static long inkOnChart() {
		return (Long) browser
			.run("""
					const canvas = document.querySelector('#chart canvas');
					const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
					let ink = 0;
					for (let i = 0; i < data.length; i += 4) {
					  ink += data[i + 3] > 200 && Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 80;
					}
					return ink""");
	}

	private static void look(boolean seen) {
		browser.run("Object.defineProperty(document, 'hidden', {value: %s, configurable: true});".formatted(!seen)
				+ "document.dispatchEvent(new Event('visibilitychange'))");
	}

	private static long requestsInThreeSeconds() {
		return (Long) browser.runAsync("""
				const done = arguments[0];
				setTimeout(() => {
				  performance.clearResourceTimings();
				  setTimeout(() => done(%s), 3000);
				}, 500)""".formatted(REQUESTS));
	}

}
