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
import org.openqa.selenium.Keys;

import io.eardrum.server.fixture.RunningServer;
import io.eardrum.web.fixture.Axe;
import io.eardrum.web.fixture.Browser;
import io.eardrum.web.fixture.PutConnection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the page offers to those who run the server: views that are saved there, its
 * state, and deletion. Leaves pictures in {@code target/screenshots}.
 */
@EnabledIfSystemProperty(named = Browser.PROGRAM, matches = ".+", disabledReason = "needs -Deardrum.browser=<Chromium>")
class PageOperatorBrowserIntegrationTests {

	@RegisterExtension
	private static final RunningServer server = RunningServer.with();

	private static Browser browser;

	private static Axe axe;

	@BeforeAll
	static void fill() throws IOException {
		put(server, "palm.cpu.user", "palm.cpu.system", "palm.mem", "oak.cpu.user");
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
	void viewIsSavedOpenedAndDeletedByKeyboard() {
		open(server, "#key=palm.mem&range=6h");
		browser.await(() -> browser.texts("#legend .now").size() == 1);
		browser.type("v");
		browser.await(() -> browser.find("#view-form").isDisplayed());
		browser.awaitAsserted(() -> assertThat(focused()).isEqualTo("view-name"));
		assertThat(browser.text("#view-note")).isEqualTo("No view is saved yet.");
		browser.type(Keys.ENTER);
		assertThat(browser.text("#views-dialog .wrong")).isEqualTo("Type a name for this view.");
		browser.type("a/b", Keys.ENTER);
		browser.awaitAsserted(() -> assertThat(browser.text("#views-dialog .wrong")).isNotEmpty());
		browser.type(Keys.BACK_SPACE, Keys.BACK_SPACE, Keys.BACK_SPACE, "Büro 2", Keys.ENTER);
		browser.awaitAsserted(() -> assertThat(browser.texts("#view-rows a")).containsExactly("Büro 2"));
		assertThat(browser.text("#views-dialog .wrong")).isEmpty();
		assertThat(browser.text("#announcements")).contains("Büro 2 is saved.");
		assertThat(browser.text("#view-form .primary")).isEqualTo("Save");
		browser.type("Büro 2");
		assertThat(browser.text("#view-form .primary")).isEqualTo("Replace");
		browser.type(Keys.ESCAPE);
		browser.await(() -> browser.all("#views-dialog").isEmpty());
		open(server, "");
		String before = browser.url();
		browser.click("#views");
		browser.await(() -> browser.all("#view-rows a").size() == 1);
		browser.type(Keys.TAB, Keys.TAB);
		assertThat(browser.run("return document.activeElement.textContent")).isEqualTo("Büro 2");
		browser.type(Keys.ENTER);
		browser.await(() -> browser.url().endsWith("#key=palm.mem&range=6h"));
		browser.await(() -> browser.texts("#legend .now").size() == 1);
		browser.back();
		browser.await(() -> browser.url().equals(before));
		browser.click("#views");
		browser.await(() -> browser.all("#view-rows .icon").size() == 1);
		browser.click("#view-rows .icon");
		assertThat(browser.texts("#view-rows .question")).containsExactly("Delete “Büro 2”?");
		browser.click("#view-rows .plain");
		browser.await(() -> browser.all("#view-rows .icon").size() == 1);
		browser.click("#view-rows .icon");
		browser.type(Keys.ENTER);
		browser.await(() -> browser.text("#view-note").equals("No view is saved yet."));
		assertThat(focused()).isEqualTo("view-name");
	}

	@Test
	void nothingIsNoView() {
		open(server, "");
		browser.click("#views");
		browser.awaitAsserted(() -> assertThat(focused()).isEqualTo("view-name"));
		browser.type("empty", Keys.ENTER);
		assertThat(browser.text("#views-dialog .wrong")).contains("Choose a series first");
	}

	@Test
	void stateOfTheServerIsShownAndCounts() throws IOException {
		open(server, "");
		browser.type("s");
		browser.await(() -> browser.texts("#server-rows th").contains("Points stored"));
		assertThat(value("Series")).isNotEmpty();
		assertThat(value("Clients")).matches("\\d+ of [\\d,]+");
		assertThat(value("Store")).isEqualTo("memory, takes points");
		browser.await(() -> value("Points stored").contains(" a second, "));
		put(server, "oak.mem");
		browser.await(() -> !value("Points stored").startsWith("0 a second"));
		browser.type(Keys.ESCAPE);
		browser.await(() -> browser.all("#server-dialog").isEmpty());
	}

	@Test
	void whatASearchFindsIsDeletedOnceItsNumberIsTyped() throws IOException {
		put(server, "gone.one", "gone.two", "gone.three");
		open(server, "");
		assertThat(browser.find("#delete").isDisplayed()).isFalse();
		browser.type("/", "gone");
		browser.await(() -> browser.find("#delete").isDisplayed());
		browser.click("#delete");
		browser.await(() -> browser.text("#delete-note").contains("finds 3 series"));
		assertThat((List<?>) browser
			.run("return [...document.querySelectorAll('#delete-rows .key')].map((one) => one.title)"))
			.isEqualTo(List.of("gone.one", "gone.two", "gone.three"));
		assertThat(focused()).isEqualTo("delete-typed");
		browser.type("2", Keys.ENTER);
		assertThat(browser.find("#delete-sure").isEnabled()).isFalse();
		browser.type(Keys.BACK_SPACE, "3", Keys.ENTER);
		browser.await(() -> browser.text("#count").contains("0 series") || browser.find("#no-match").isDisplayed());
		assertThat(browser.text("#announcements")).contains("3 series deleted.");
		open(server, "#search=palm");
		browser.await(() -> browser.text("#count").equals("3 series found"));
	}

	@Test
	void moreSeriesThanAreListedAreCounted() throws IOException {
		String[] keys = new String[25];
		for (int i = 0; i < keys.length; i++) {
			keys[i] = "many.%02d".formatted(i);
		}
		put(server, keys);
		open(server, "#search=many.*");
		browser.await(() -> browser.find("#delete").isDisplayed());
		browser.click("#delete");
		browser.await(() -> browser.text("#delete-note").contains("finds 25 series"));
		assertThat(browser.texts("#delete-rows li")).hasSize(21).endsWith("and 5 more");
		browser.click("#delete-dialog .plain");
		browser.await(() -> browser.all("#delete-dialog").isEmpty());
		assertThat(browser.text("#count")).isEqualTo("25 series found");
	}

	@Test
	void serverThatAnybodyReachesSaysWhyItRefuses() throws IOException {
		try (RunningServer open = RunningServer.start("--server.address=0.0.0.0")) {
			put(open, "palm.cpu");
			open(open, "#search=palm");
			browser.click("#views");
			browser.await(() -> browser.text("#view-note").contains("only if it has a password"));
			assertThat(browser.find("#view-form").isDisplayed()).isFalse();
			browser.type(Keys.ESCAPE);
			browser.type("s");
			browser.await(() -> browser.text("#server-dialog .wrong").contains("eardrum.http.password"));
			browser.type(Keys.ESCAPE);
			assertThat(browser.find("#delete").isDisplayed()).isFalse();
			browser.run("document.getElementById('delete').click()");
			browser.await(() -> browser.text("#delete-dialog .wrong").contains("eardrum.http.password"));
			assertThat(browser.find("#delete-typed").isDisplayed()).isFalse();
		}
	}

	@ParameterizedTest
	@CsvSource({ "light, false", "dark, false", "light, true", "dark, true" })
	void axeFindsNoFault(String colours, boolean phone) throws IOException {
		browser.emulate(colours, phone);
		String name = colours + (phone ? "-phone" : "-desktop");
		open(server, "#key=palm.mem&range=6h&search=palm");
		browser.await(() -> browser.texts("#legend .now").size() == 1);
		browser.picture("bar-" + name);
		browser.click("#views");
		browser.await(() -> browser.find("#view-form").isDisplayed());
		for (String view : List.of("Office", "What is full on Monday mornings")) {
			browser.find("#view-name").clear();
			browser.type(view, Keys.ENTER);
			browser.await(() -> browser.texts("#view-rows a").contains(view));
		}
		assertThat(axe.violations(browser)).as("views").isEmpty();
		browser.picture("views-" + name);
		browser.click("#view-rows .icon");
		assertThat(axe.violations(browser)).as("question").isEmpty();
		browser.type(Keys.ESCAPE);
		browser.await(() -> browser.all("#views-dialog").isEmpty());
		browser.click("#server");
		browser.await(() -> value("Points stored").contains(" a second, "));
		assertThat(axe.violations(browser)).as("server").isEmpty();
		browser.picture("server-" + name);
		browser.type(Keys.ESCAPE);
		browser.await(() -> browser.all("#server-dialog").isEmpty());
		browser.run("document.getElementById('delete').click()");
		browser.await(() -> browser.find("#delete-typed").isDisplayed());
		assertThat(axe.violations(browser)).as("deletion").isEmpty();
		browser.picture("delete-" + name);
		assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth")).as("fits the width")
			.isEqualTo(true);
		for (String view : List.of("Office", "What%20is%20full%20on%20Monday%20mornings")) {
			browser.run("return fetch('api/views/" + view + "', { method: 'DELETE' })");
		}
	}

	private static String value(String name) {
		return browser
			.run("return [...document.querySelectorAll('#server-rows tr')]"
					+ ".find((row) => row.cells[0].textContent === arguments[0])?.cells[1].textContent ?? ''", name)
			.toString();
	}

	private static void put(RunningServer target, String... keys) throws IOException {
		long now = Instant.now().getEpochSecond();
		try (PutConnection client = new PutConnection(target.tcpPort())) {
			for (String key : keys) {
				client.put("put %s 1 %d".formatted(key, now));
			}
		}
	}

	private static void open(RunningServer target, String view) {
		browser.open("http://127.0.0.1:" + target.httpPort() + "/" + view);
		browser.await(() -> !browser.all("#list .row .value").isEmpty());
	}

	private static String focused() {
		return browser.run("return document.activeElement.id").toString();
	}

}
