package io.eardrum.web.page;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
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
 * How a person finds series among many, and what can be made of them: functions of a line
 * and one line from many series.
 */
@EnabledIfSystemProperty(named = Browser.PROGRAM, matches = ".+", disabledReason = "needs -Deardrum.browser=<Chromium>")
class PageFindingBrowserIntegrationTests {

	private static final int MANY = 72;

	@RegisterExtension
	private static final RunningServer server = RunningServer.with();

	private static String hour;

	private static Browser browser;

	@BeforeAll
	static void fill() throws IOException {
		long start = (Instant.now().getEpochSecond() - 3600) / 10 * 10;
		hour = "from=%d&to=%d".formatted(start + 10, start + 3590);
		try (PutConnection client = new PutConnection(server.tcpPort())) {
			client.put("put tree 1 1", "put tree.host10.x 1 1", "put tree.host2.x 2 1", "put cpu.web01 1 1",
					"put cpu.web02 1 1", "put web01.mem 1 1");
			client.putMany(MANY, (i) -> "put many.node.n%02d %d %d".formatted(i, (i * 7) % MANY, start - i));
			client.putMany(360, (i) -> "put req.a %d %d".formatted(10 * i, start + 10 * i));
			client.putMany(360, (i) -> "put req.b %d %d".formatted(30 * i, start + 10 * i));
			client.putMany(360, (i) -> "put two.days 1 " + (start - 86400 + 10 * i));
			client.putMany(360, (i) -> "put two.days 2 " + (start + 10 * i));
			client.putMany(360, (i) -> "put wave %d %d".formatted(5 + 5 * (i % 2), start + 10 * i));
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
	void functionOfALineIsChosenInTheLegend() {
		open("#key=wave&key=req.a&" + hour);
		awaitLegend("wave", "req.a");
		String colour = colour(2);
		browser.find("#legend tbody tr:nth-child(2) .function").sendKeys("rate");
		awaitLegend("wave", "rate req.a");
		assertThat(colour(2)).as("the same colour").isEqualTo(colour);
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .mean").get(1)).isEqualTo("1"));
		assertThat(browser.run("return document.activeElement.className")).as("focus stays").isEqualTo("function");
		assertThat(browser.url()).contains("key=rate+req.a");
		browser.click("#legend tbody tr:nth-child(2) .function option[value='difference']");
		awaitLegend("wave", "difference req.a");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .mean").get(1)).isEqualTo("10"));
		browser.click("#legend tbody tr:nth-child(1) .function option[value='average-1h']");
		awaitLegend("average-1h wave", "difference req.a");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .now").get(0)).matches("7\\.[45]\\d*"));
		String view = browser.url();
		browser.openAgain(view);
		awaitLegend("average-1h wave", "difference req.a");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .mean").get(1)).isEqualTo("10"));
		browser.click("#legend tbody tr:nth-child(2) .function option[value='']");
		awaitLegend("average-1h wave", "req.a");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .max").get(1)).isEqualTo("3590"));
	}

	@Test
	void lineIsComparedWithTheDayBefore() {
		open("#key=day-earlier+two.days&key=two.days&" + hour);
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .mean")).containsExactly("1", "2"));
	}

	@Test
	void allOfAPatternAreOneLine() throws IOException {
		open("#" + hour);
		search("req");
		browser.await(() -> browser.find("#choose-all").isDisplayed());
		assertThat(browser.find("#combine").isDisplayed()).as("words are no pattern").isFalse();
		search("req.*");
		browser.await(() -> browser.find("#combine").isDisplayed());
		browser.click("#combine-rates");
		browser.click("#combine button");
		awaitLegend("sum rate req.*");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .mean")).containsExactly("4"));
		browser.click("#combine-rates");
		browser.find("#combine-how").sendKeys("maximum");
		browser.type(Keys.TAB, Keys.TAB, Keys.ENTER);
		awaitLegend("sum rate req.*", "max req.*");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .max").get(1)).isEqualTo("10,770"));
		browser.click("#combine-how option[value='p50']");
		browser.click("#combine button");
		awaitLegend("sum rate req.*", "max req.*", "p50 req.*");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .max").get(2)).isEqualTo("7180"));
		browser.picture("functions-light-desktop");
		browser.click("#csv");
		String csv = new String(browser.download(".csv"), StandardCharsets.UTF_8);
		assertThat(csv).startsWith("key,timestamp,value\r\nsum rate req.*,").contains("\r\nmax req.*,");
		browser.openAgain(browser.url());
		awaitLegend("sum rate req.*", "max req.*", "p50 req.*");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .mean").get(0)).isEqualTo("4"));
	}

	@Test
	void allPointsOfAComputedLineAreFound() {
		open("#key=sum+rate+req.*&range=all");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .max")).containsExactly("4"));
		assertThat((Double) browser.run(
				"const { from, to } = document.getElementById('range').dataset; return 0.5 + Number(to) - Number(from)"))
			.isBetween(3400.0, 4200.0);
	}

	@Test
	void lineThatCanNotBeComputedSaysWhyAndTheOthersAreThere() {
		open("#key=wrong+req.a&key=req.a&key=sum+req.[&key=rate+req.b&" + hour);
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .max").get(3)).isEqualTo("3"));
		assertThat(browser.texts("#legend tbody .max").get(1)).isEqualTo("3590");
		assertThat(browser.text("#legend tbody tr:nth-child(1) .wrong"))
			.startsWith("There is no function “wrong”; there are rate, difference, ");
		// A pattern that is half typed finds nothing, as in Graphite.
		assertThat(browser.text("#legend tbody tr:nth-child(3) .wrong")).isEmpty();
		assertThat(browser.find("#trouble").isDisplayed()).isFalse();
	}

	@Test
	void chartAllSaysHowManyItTakes() {
		open("");
		search("many");
		browser.awaitAsserted(() -> assertThat(browser.text("#choose-all")).isEqualTo("Chart the first 40 of 72"));
		browser.click("#choose-all");
		browser.awaitAsserted(() -> assertThat(browser.all("#legend tbody tr")).hasSize(40));
	}

	@Test
	void controlAInTheListChoosesAll() {
		open("#search=tree");
		awaitList("tree", "tree.host10.x", "tree.host2.x");
		browser.run("document.getElementById('list').focus()");
		browser.typeWithControl("a");
		awaitLegend("tree", "tree.host10.x", "tree.host2.x");
	}

	@Test
	void controlASaysHowManyOfThemItTakesAndWhyNoMore() {
		open("#key=tree&search=many");
		awaitLegend("tree");
		browser.run("document.getElementById('list').focus()");
		browser.typeWithControl("a");
		browser.awaitAsserted(() -> assertThat(browser.all("#legend tbody tr")).hasSize(40));
		browser.awaitAsserted(() -> assertThat(browser.text("#status"))
			.isEqualTo("Added 39 of 72 series found. A chart shows at most 40."));
		assertThat(browser.text("#announcements")).contains("Added 39 of 72 series found.");
	}

	@Test
	void lettersGoToTheNextKeyThatBeginsWithThem() {
		open("");
		browser.run("document.getElementById('list').focus()");
		browser.type("w");
		awaitActive("web01.mem");
		browser.type("av");
		awaitActive("wave");
		pause();
		browser.type("w");
		awaitActive("web01.mem");
		browser.type("w");
		awaitActive("wave");
		pause();
		browser.type("MANY.NODE.N71");
		awaitActive("many.node.n71");
		assertThat(browser.find("#list .active").isDisplayed()).as("scrolled to").isTrue();
		pause();
		browser.type("b");
		browser.awaitAsserted(() -> assertThat(active()).as("a word of it, if none begins so").isEqualTo("req.b"));
		pause();
		browser.type("qy");
		browser.awaitAsserted(() -> assertThat(browser.text("#announcements")).contains("No series begins with qy."));
		browser.type(" ");
		awaitLegend("req.b");
		pause();
		browser.type("5");
		browser.await(() -> browser.url().contains("range=24h"));
		browser.type("/");
		assertThat(browser.run("return document.activeElement.id")).isEqualTo("search");
	}

	@Test
	void lettersGoToABranchOfTheTree() {
		open("#order=tree");
		browser.run("document.getElementById('list').focus()");
		browser.type("tr");
		awaitActive("tree");
		pause();
		browser.type("t");
		awaitActive("tree.");
		browser.type(Keys.ESCAPE);
		assertThat(browser.run("return document.activeElement.id")).isEqualTo("chart");
	}

	@Test
	void seriesWithoutPointsForLongAreMarked() {
		open("#search=many");
		browser.await(() -> !browser.texts("#list .row .value").isEmpty());
		assertThat(browser.all("#list .row.stale")).as("an hour old").isNotEmpty();
		assertThat(browser.find("#list .row.stale .age").getDomAttribute("title"))
			.isEqualTo("No point for more than an hour");
		search("req");
		awaitList("req.a", "req.b");
		assertThat(browser.all("#list .row.stale")).isEmpty();
		search("tree");
		awaitList("tree", "tree.host10.x", "tree.host2.x");
		assertThat(browser.all("#list .row.stale")).as("plain numbers have no age").isEmpty();
	}

	@Test
	void wordsAreFoundInAnyOrder() {
		open("");
		search("web01 CPU");
		awaitList("cpu.web01");
		search("mem web01");
		awaitList("web01.mem");
		search("web *.web01");
		awaitList("cpu.web01");
	}

	@Test
	void listIsSortedByNameAgeAndValue() {
		open("#search=many");
		browser.awaitAsserted(() -> assertThat(titles("#list .key").get(1)).isEqualTo("many.node.n01"));
		browser.find("#order").sendKeys("Largest");
		browser.awaitAsserted(() -> assertThat(browser.texts("#list .row .value")).startsWith("71", "70", "69"));
		assertThat(browser.url()).contains("order=value");
		browser.openAgain(browser.url());
		browser.awaitAsserted(() -> assertThat(browser.texts("#list .row .value")).startsWith("71", "70", "69"));
		browser.click("#order option[value='age']");
		browser.awaitAsserted(() -> assertThat(titles("#list .key")).startsWith("many.node.n00", "many.node.n01"));
		search("tree");
		browser.click("#order option[value='name']");
		awaitList("tree", "tree.host2.x", "tree.host10.x");
		browser.click("#order option[value='put']");
		awaitList("tree", "tree.host10.x", "tree.host2.x");
	}

	@Test
	void treeOpensByPointerAndByKeyboard() {
		open("#order=tree");
		browser.awaitAsserted(() -> assertThat(titles("#list .key")).containsExactly("cpu.", "many.", "req.", "tree",
				"tree.", "two.", "wave", "web01."));
		assertThat(browser.find("#list").getDomAttribute("role")).isEqualTo("tree");
		browser.choose("tree.");
		browser.awaitAsserted(() -> assertThat(titles("#list .key")).containsSubsequence("tree.", "tree.host2.",
				"tree.host10.", "two."));
		browser.run("document.getElementById('list').focus()");
		browser.type(Keys.ARROW_DOWN, Keys.ARROW_RIGHT);
		browser.awaitAsserted(() -> assertThat(titles("#list .key")).contains("tree.host2.x"));
		assertThat(browser.find("#list .active").getDomAttribute("aria-expanded")).isEqualTo("true");
		assertThat(browser.find("#list .active").getDomAttribute("aria-level")).isEqualTo("2");
		browser.type(Keys.ARROW_RIGHT);
		browser.type(Keys.SPACE);
		awaitLegend("tree.host2.x");
		assertThat(browser.find("#list .active").getDomAttribute("aria-selected")).isEqualTo("true");
		browser.type(Keys.ARROW_LEFT);
		assertThat(browser.find("#list .active .key").getDomAttribute("title")).isEqualTo("tree.host2.");
		browser.type(Keys.ARROW_LEFT);
		browser.awaitAsserted(() -> assertThat(titles("#list .key")).doesNotContain("tree.host2.x"));
		search("req");
		browser.awaitAsserted(
				() -> assertThat(titles("#list .key")).as("few are open").containsExactly("req.", "req.a", "req.b"));
	}

	private static void open(String view) {
		browser.open("http://127.0.0.1:" + server.httpPort() + "/" + view);
		browser.await(() -> !browser.texts("#list .row").isEmpty());
	}

	private static void search(String text) {
		browser.run("document.getElementById('search').value = ''");
		browser.find("#search").sendKeys(text);
	}

	private static void awaitList(String... keys) {
		browser.awaitAsserted(() -> assertThat(titles("#list .key")).containsExactly(keys));
	}

	private static void awaitLegend(String... lines) {
		browser.awaitAsserted(() -> assertThat(titles("#legend .key")).containsExactly(lines));
	}

	/** After a second, a letter begins another word. */
	private static void pause() {
		browser.runAsync("setTimeout(arguments[0], 1200)");
	}

	private static void awaitActive(String key) {
		browser.awaitAsserted(() -> assertThat(active()).isEqualTo(key));
	}

	private static String active() {
		return browser.run("return document.querySelector('#list .active .key')?.title").toString();
	}

	private static String colour(int row) {
		return browser
			.run("return document.querySelector(arguments[0]).style.getPropertyValue('--color')",
					"#legend tbody tr:nth-child(" + row + ") .swatch")
			.toString();
	}

	private static List<String> titles(String selector) {
		return ((List<?>) browser.run("return [...document.querySelectorAll(arguments[0])].map(({ title }) => title)",
				selector))
			.stream()
			.map(Object::toString)
			.toList();
	}

}
