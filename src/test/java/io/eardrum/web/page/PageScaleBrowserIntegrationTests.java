package io.eardrum.web.page;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.AfterAll;
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
 * The page with ten thousand series, one of which has a million points.
 */
@EnabledIfSystemProperty(named = Browser.PROGRAM, matches = ".+", disabledReason = "needs -Deardrum.browser=<Chromium>")
class PageScaleBrowserIntegrationTests {

	private static final int SERIES = 10_000;

	private static final int POINTS = 1_000_000;

	@RegisterExtension
	private static final RunningServer server = RunningServer.with();

	private static Browser browser;

	@BeforeAll
	static void fill() throws IOException {
		long now = Instant.now().getEpochSecond();
		try (PutConnection client = new PutConnection(server.tcpPort())) {
			client.putMany(SERIES - 1, (i) -> "put fleet.rack%02d.host%04d.load %s %d".formatted(i % 40, i, i, now));
			// One point in a million is out of line, on either side.
			client.putMany(POINTS, (i) -> "put long.series %s %d"
				.formatted((i == 654_321) ? 99 : (i == 123_456) ? -99 : i % 10, now - POINTS + i));
		}
		browser = Browser.start();
	}

	@AfterAll
	static void stop() throws IOException {
		browser.close();
	}

	@Test
	void tenThousandSeriesAreARowAwayEach() throws IOException {
		browser.open("http://127.0.0.1:" + server.httpPort() + "/");
		browser.awaitAsserted(() -> assertThat(browser.text("#count")).isEqualTo("10,000 series"));
		browser.find("#list").sendKeys(Keys.END);
		browser.await(() -> !browser.all("#list .key[title='long.series']").isEmpty());
		assertThat(browser.all("#list .row").size()).as("rows that exist").isLessThan(60);
		assertThat(browser.find("#list .row.active").getDomAttribute("aria-posinset")).isEqualTo("10000");
		browser.run("document.getElementById('list').scrollTop = 36 * 5000");
		browser.await(() -> !browser.all("#list .key[title='fleet.rack02.host5002.load']").isEmpty());
		Object longest = browser.runAsync("""
				const done = arguments[0], list = document.getElementById('list');
				let frames = 0, before = performance.now(), longest = 0;
				requestAnimationFrame(function step(now) {
				  longest = Math.max(longest, now - before);
				  before = now;
				  list.scrollTop = (frames * 7919) % 360000;
				  frames++ < 120 ? requestAnimationFrame(step) : done(Math.round(longest));
				})""");
		System.out.println("10 000 series: the longest of 120 frames while scrolling wildly took " + longest + " ms");
		browser.run("const list = document.getElementById('list'); list.scrollTop = 0; list.focus()");
		browser.type(Keys.HOME);
		browser.type("fleet.rack09.host7769");
		browser.awaitAsserted(() -> assertThat(browser.find("#list .active .key").getDomAttribute("title"))
			.as("a row that was not fetched")
			.isEqualTo("fleet.rack09.host7769.load"));
		browser.typeWithControl("a");
		browser.awaitAsserted(() -> assertThat(browser.all("#legend tbody tr")).as("from the first one").hasSize(40));
		browser.click("#clear");
		browser.find("#search").sendKeys("host7777");
		browser.awaitAsserted(() -> assertThat(browser.texts("#list .row .value")).containsExactly("7777"));
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void tenThousandSeriesAreATree() throws IOException {
		browser.open("http://127.0.0.1:" + server.httpPort() + "/#order=tree");
		browser
			.awaitAsserted(() -> assertThat(browser.texts("#list .row")).containsExactly("▸ fleet 9999", "▸ long 1"));
		browser.choose("fleet.");
		browser.awaitAsserted(() -> assertThat(browser.all("#list .row.branch")).hasSizeGreaterThan(10));
		browser.choose("fleet.rack01.");
		browser.await(() -> !browser.all("#list .key[title='fleet.rack01.host0001.']").isEmpty());
		browser.choose("fleet.rack01.host0001.");
		browser.awaitAsserted(() -> assertThat(browser.texts("#list .row .value")).containsExactly("1"));
		browser.picture("tree-of-ten-thousand");
		assertThat(browser.all("#list .row").size()).as("rows that exist").isLessThan(60);
		browser.find("#list").sendKeys(Keys.END);
		browser.await(() -> !browser.all("#list .key[title='long.']").isEmpty());
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void treeOfMoreSeriesIsAskedForBranchByBranch() throws IOException {
		try (RunningServer other = RunningServer.start()) {
			try (PutConnection client = new PutConnection(other.tcpPort())) {
				client.putMany(SERIES + 1, (i) -> "put fleet.rack%02d.host%04d %s 1".formatted(i % 40, i, i));
			}
			browser.open("http://127.0.0.1:" + other.httpPort() + "/#order=tree");
			browser.awaitAsserted(() -> assertThat(browser.texts("#list .row")).containsExactly("▸ fleet"));
			browser.find("#list").sendKeys(Keys.ARROW_RIGHT);
			browser.await(() -> !browser.all("#list .key[title='fleet.rack01.']").isEmpty());
			browser.choose("fleet.rack01.");
			browser.await(() -> !browser.all("#list .key[title='fleet.rack01.host0001']").isEmpty());
			browser.choose("fleet.rack01.host0001");
			browser.awaitAsserted(() -> assertThat(browser.texts("#legend tbody .now")).containsExactly("1"));
			browser.click("#order option[value='name']");
			browser.await(() -> browser.find("#too-many").isDisplayed());
			assertThat(browser.all("#list .key[title='fleet.rack00.host0000']")).as("the order of the first put")
				.hasSize(1);
			browser.find("#search").sendKeys("rack01");
			browser.await(() -> !browser.find("#too-many").isDisplayed());
			assertThat(browser.complaints()).isEmpty();
		}
	}

	@Test
	void millionPointsAreThinnedOutWithoutLosingTheOnesOutOfLine() {
		Instant started = Instant.now();
		browser.open("http://127.0.0.1:" + server.httpPort() + "/#key=long.series&range=all");
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend .max")).containsExactly("99"));
		System.out.println("a million points: seen " + Duration.between(started, Instant.now()).toMillis()
				+ " ms after the page was asked for, twice");
		assertThat(browser.texts("#legend .min")).containsExactly("−99");
		assertThat(drawnPoints()).isBetween(200L, 2600L);
		browser.drag(0.4, 0.6);
		browser.await(() -> browser.url().contains("from="));
		browser.awaitAsserted(() -> assertThat(browser.texts("#legend .max")).containsExactly("9"));
		assertThat(drawnPoints()).isBetween(200L, 2600L);
		assertThat(browser.complaints()).isEmpty();
	}

	private static long drawnPoints() {
		return Long.parseLong(browser.text("#description").replaceFirst("(?s).*?: (\\d+) points.*", "$1"));
	}

}
