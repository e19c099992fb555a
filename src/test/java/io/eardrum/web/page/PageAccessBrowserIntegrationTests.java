package io.eardrum.web.page;

import java.io.IOException;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

import io.eardrum.server.fixture.RunningServer;
import io.eardrum.web.fixture.Axe;
import io.eardrum.web.fixture.Browser;
import io.eardrum.web.fixture.PutConnection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page for everybody: with a keyboard only, with a screen reader as far as axe can
 * tell, in light and dark, on a desk and on a phone. Leaves pictures in
 * {@code target/screenshots}.
 */
@EnabledIfSystemProperty(named = Browser.PROGRAM, matches = ".+", disabledReason = "needs -Deardrum.browser=<Chromium>")
class PageAccessBrowserIntegrationTests {

	@RegisterExtension
	private static final RunningServer server = RunningServer.with();

	private static Browser browser;

	private static Axe axe;

	@BeforeAll
	static void fill() throws IOException {
		long now = Instant.now().getEpochSecond();
		try (PutConnection client = new PutConnection(server.tcpPort())) {
			for (String key : new String[] { "palm.cpu.user", "palm.cpu.system", "palm.mem", "oak.cpu.user",
					"oak.mem" }) {
				client.putMany(360,
						(i) -> "put %s %s %d".formatted(key,
								Math.round(50 + key.hashCode() % 20 + 20 * Math.sin(i / 40.0 + key.length())),
								now - 3590 + 10 * i));
			}
			for (long i = 0; i < 40; i++) {
				client.put("put fleet.rack%02d.load 1.%d %d".formatted(i, i, now - i * i * 60));
			}
		}
		axe = new Axe();
		browser = Browser.start();
	}

	@AfterAll
	static void stop() throws IOException {
		browser.close();
	}

	@AfterEach
	void backToTheDesk() {
		browser.emulate("light", false);
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void keyboardIsEnough() {
		open("");
		browser.type("/", "palm");
		browser.awaitAsserted(() -> assertThat(browser.text("#count")).isEqualTo("3 series found"));
		browser.type(Keys.ARROW_DOWN);
		assertThat(focused()).isEqualTo("list");
		browser.type(Keys.SPACE);
		browser.type(Keys.ARROW_DOWN, Keys.SPACE);
		browser.await(() -> browser.texts("#legend .now").size() == 2);
		assertThat(browser.text("#announcements")).contains("palm.cpu.system added to the chart");
		browser.type("palm.m");
		browser.awaitAsserted(
				() -> assertThat(browser.find("#list .active .key").getDomAttribute("title")).isEqualTo("palm.mem"));
		browser.type(Keys.ESCAPE);
		assertThat(focused()).isEqualTo("chart");
		browser.type(Keys.HOME);
		browser.type(Keys.ARROW_RIGHT);
		browser.awaitAsserted(() -> assertThat(browser.text("#announcements")).matches(
				"[A-Z][a-z]{2} \\d+, \\d{4}, [\\d:]+ [AP]M: palm\\.cpu\\.user [\\d.]+, palm\\.cpu\\.system [\\d.]+.?"));
		browser.type("+");
		browser.await(() -> browser.url().contains("from="));
		String zoomed = browser.url();
		browser.typeWithShift(Keys.ARROW_LEFT);
		browser.await(() -> !browser.url().equals(zoomed));
		browser.type("b");
		browser.await(() -> browser.url().equals(zoomed));
		browser.type("4");
		browser.await(() -> browser.url().contains("range=6h"));
		browser.type("d");
		browser.await(() -> browser.find("#table-section").isDisplayed());
		browser.type("r");
		browser.await(() -> browser.find("#range-dialog").isDisplayed());
		browser.type(Keys.ESCAPE);
		browser.await(() -> !browser.find("#range-dialog").isDisplayed());
		browser.type("l");
		browser.await(() -> browser.text("#live .word").equals("Paused"));
		browser.type("?");
		browser.await(() -> browser.find("#help-dialog").isDisplayed());
		browser.type(Keys.ESCAPE);
	}

	@Test
	void tabulatorGoesThroughThePageInOrderAndIsSeen() {
		open("#key=palm.mem&range=1h");
		browser.await(() -> browser.texts("#legend .now").size() == 1);
		StringBuilder order = new StringBuilder();
		for (int i = 0; i < 60 && !focused().equals("link"); i++) {
			browser.type(Keys.TAB);
			order.append(focused()).append(' ');
			assertThat(browser.run("return getComputedStyle(document.activeElement).outlineStyle")).as(focused())
				.isEqualTo("solid");
		}
		assertThat(order.toString()).startsWith("skip live views server theme help order search list ")
			.contains(" earlier range later zoom-out ")
			.contains(" chart legend ")
			.endsWith("axis clear table png csv add-chart zone link ");
	}

	@Test
	void shortcutsOfOneKeyCanBeSwitchedOff() {
		open("");
		browser.type("?");
		browser.await(() -> browser.find("#help-dialog").isDisplayed());
		browser.click("#shortcuts");
		browser.type(Keys.ESCAPE);
		browser.await(() -> !browser.find("#help-dialog").isDisplayed());
		browser.type("l");
		assertThat(browser.text("#live .word")).isEqualTo("Live");
	}

	@Test
	void coloursFollowTheSystemUntilTheyAreChosen() {
		browser.emulate("dark", false);
		open("");
		assertThat(ground()).isEqualTo("rgb(14, 19, 23)");
		browser.click("#theme");
		assertThat(ground()).isEqualTo("rgb(243, 245, 247)");
		browser.openAgain(browser.url());
		assertThat(ground()).as("remembered").isEqualTo("rgb(243, 245, 247)");
		browser.click("#theme");
		assertThat(ground()).isEqualTo("rgb(14, 19, 23)");
		browser.click("#theme");
		browser.emulate("light", false);
		assertThat(ground()).as("the system's again").isEqualTo("rgb(243, 245, 247)");
	}

	@ParameterizedTest
	@CsvSource({ "light, false", "dark, false", "light, true", "dark, true" })
	void axeFindsNoFault(String colours, boolean phone) throws IOException {
		browser.emulate(colours, phone);
		String name = colours + (phone ? "-phone" : "-desktop");
		open("");
		assertThat(violations()).as("list").isEmpty();
		browser.picture("list-" + name);
		open("#order=tree&search=*.cpu.*");
		browser.await(() -> "tree".equals(browser.find("#list").getDomAttribute("role")));
		assertThat(violations()).as("tree").isEmpty();
		open("#key=palm.cpu.user&key=palm.cpu.system&key=palm.mem&key=oak.cpu.user&key=oak.mem&hide=oak.mem&range=1h&table=on");
		browser.await(() -> browser.texts("#legend .now").size() == 5);
		browser.await(() -> !browser.all("#table-rows tr").isEmpty());
		assertThat(violations()).as("chart and table").isEmpty();
		browser.picture("chart-" + name);
		assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth")).as("fits the width")
			.isEqualTo(true);
		browser.click("#axis");
		browser.run("document.getElementById('chart').focus()");
		browser.type(Keys.END, Keys.ENTER);
		browser.await(() -> browser.find("#tooltip.pinned").isDisplayed());
		assertThat(violations()).as("axis and tooltip").isEmpty();
		browser.picture("tooltip-" + name);
		browser.type(Keys.ESCAPE);
		open("#key=palm.cpu.user&key=palm.cpu.system&range=1h&stacked=on&before=period&chart=2&key=palm.mem&values=percent&chart=3&key=oak.cpu.user&key=oak.mem&chart=4");
		browser.await(() -> browser.texts(".legend .now").size() == 7);
		assertThat(violations()).as("several charts").isEmpty();
		assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth")).as("they fit the width")
			.isEqualTo(true);
		browser.picture("charts-" + name);
		browser.run("document.getElementById('main').scrollTop = 400");
		browser.picture("charts-below-" + name);
		browser.run("document.getElementById('range').click()");
		assertThat(violations()).as("range").isEmpty();
		browser.run("document.getElementById('range-dialog').close(); document.getElementById('help').click()");
		assertThat(violations()).as("help").isEmpty();
		browser.picture("help-" + name);
	}

	@Test
	void phoneHasTheListAsASheet() {
		browser.emulate("light", true);
		open("");
		browser.await(() -> browser.find("#side").isDisplayed());
		browser.choose("palm.mem");
		browser.click("#close-list");
		browser.await(() -> !browser.find("#search").isDisplayed());
		browser.await(() -> browser.texts("#legend .now").size() == 1);
		assertThat(browser.text("#open-list")).isEqualTo("Series (1)");
		browser.click("#open-list");
		browser.await(() -> browser.find("#search").isDisplayed());
		assertThat(focused()).isEqualTo("search");
	}

	@Test
	void chartCanBeUsedAgainOnceTheListIsBesideIt() {
		browser.emulate("light", true);
		open("");
		browser.await(() -> browser.find("#side").isDisplayed());
		assertThat(mainIsOutOfReach()).isTrue();
		browser.emulate("light", false);
		browser.await(() -> !mainIsOutOfReach());
		browser.click("#presets [data-name='6h']");
		browser.await(() -> browser.url().contains("range=6h"));
		browser.emulate("light", true);
		browser.await(() -> mainIsOutOfReach());
		browser.click("#close-list");
		browser.await(() -> !mainIsOutOfReach());
	}

	@ParameterizedTest
	@ValueSource(strings = { "light", "dark" })
	void bordersOfInputsHaveContrast(String colours) {
		browser.emulate(colours, false);
		open("#key=palm.mem&range=1h&search=*.cpu.*&values=bytes");
		browser.await(() -> browser.find("#axis-form").isDisplayed() && browser.find("#combine").isDisplayed());
		assertThat((List<?>) browser
			.run("""
					const light = (colour) => colour.match(/\\d+/g).slice(0, 3).map((part) => part / 255)
					  .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
					  .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
					const around = (element) => {
					  const { backgroundColor } = getComputedStyle(element.parentElement);
					  return backgroundColor === 'rgba(0, 0, 0, 0)' ? around(element.parentElement) : backgroundColor;
					};
					const boxes = [...document.querySelectorAll('input:not([type=checkbox]), select:not(.function), .swatch.none')]
					  .filter((one) => one.checkVisibility());
					return boxes.map((one) => {
					  const [a, b] = [light(getComputedStyle(one).borderTopColor), light(around(one))];
					  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
					})"""))
			.hasSizeGreaterThan(5)
			.allSatisfy((ratio) -> assertThat((Double) ratio).isGreaterThan(3));
	}

	private static boolean mainIsOutOfReach() {
		return (Boolean) browser.run("return document.getElementById('main').inert");
	}

	private static void open(String view) {
		browser.open("http://127.0.0.1:" + server.httpPort() + "/" + view);
		browser.await(() -> !browser.all("#list .row .value").isEmpty());
	}

	private static String focused() {
		return browser.run("return document.activeElement.id").toString();
	}

	private static String ground() {
		return browser.run("return getComputedStyle(document.body).backgroundColor").toString();
	}

	private static String violations() {
		return axe.violations(browser);
	}

}
