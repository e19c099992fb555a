package io.eardrum.web.page;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import io.eardrum.fixture.EardrumProcess;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.web.fixture.Browser;
import io.eardrum.web.fixture.PutConnection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page of a server that has no points yet, and of one that is not there.
 */
@EnabledIfSystemProperty(named = Browser.PROGRAM, matches = ".+", disabledReason = "needs -Deardrum.browser=<Chromium>")
class PageStatesBrowserIntegrationTests {

	private static Browser browser;

	@BeforeAll
	static void start() throws IOException {
		browser = Browser.start();
	}

	@AfterAll
	static void stop() throws IOException {
		browser.close();
	}

	@Test
	void firstVisitSaysWhatToTypeAndThenShowsThePoint() throws IOException {
		try (RunningServer server = RunningServer.start()) {
			browser.open("http://127.0.0.1:" + server.httpPort() + "/");
			browser.await(() -> browser.find("#empty").isDisplayed() && !browser.text("#first-telnet").isEmpty());
			browser.picture("empty-light-desktop");
			assertThat(browser.run("return document.getElementById('first-shell').getClientRects().length"))
				.as("lines of the shell command")
				.isEqualTo(1L);
			assertThat(browser
				.run("""
						return [...document.querySelectorAll('.code pre')].every((one) => one.scrollWidth <= one.clientWidth)"""))
				.as("nothing is cut")
				.isEqualTo(true);
			List<String> typed = browser.text("#first-telnet").lines().toList();
			assertThat(typed.get(0)).isEqualTo("telnet 127.0.0.1 " + server.tcpPort());
			assertThat(typed.get(1)).matches("put my\\.first\\.metric 23\\.7 \\d+");
			assertThat(browser.text("#first-shell")).endsWith("| nc 127.0.0.1 " + server.tcpPort());
			assertThat(browser.find("#list").isDisplayed()).isFalse();
			try (PutConnection client = new PutConnection(server.tcpPort())) {
				client.put(typed.get(1));
			}
			browser.await(() -> browser.find("#list").isDisplayed());
			browser.awaitAsserted(() -> assertThat(browser.texts("#legend .now")).containsExactly("23.7"));
			assertThat(browser.text("#announcements")).contains("my.first.metric");
			assertThat(browser.find("#empty").isDisplayed()).isFalse();
			assertThat(browser.complaints()).isEmpty();
		}
	}

	@Test
	void serverThatIsGoneIsToldAndAwaited() throws IOException {
		String http = "--server.port=" + EardrumProcess.freePort();
		String url;
		try (RunningServer server = RunningServer.start(http)) {
			put(server, "put palm.cpu 1 1");
			url = "http://127.0.0.1:" + server.httpPort() + "/#key=palm.cpu&range=all&unit=n";
			browser.open(url);
			browser.awaitAsserted(() -> assertThat(browser.texts("#legend .now")).containsExactly("1"));
		}
		browser.await(() -> browser.find("#trouble").isDisplayed());
		assertThat(browser.text("#trouble-text")).isEqualTo("The server can’t be reached.");
		assertThat(browser.text("#trouble-retry")).matches("Trying again in \\d+ s\\.");
		assertThat(browser.texts("#legend .now")).as("what was known stays").containsExactly("1");
		browser.click("#retry");
		browser.await(() -> browser.find("#trouble").isDisplayed());
		browser.picture("trouble-light-desktop");
		try (RunningServer server = RunningServer.start(http)) {
			put(server, "put palm.cpu 2 2");
			browser.await(() -> !browser.find("#trouble").isDisplayed());
			browser.awaitAsserted(() -> assertThat(browser.texts("#legend .now")).containsExactly("2"));
			assertThat(browser.complaints()).isEmpty();
		}
	}

	@Test
	void seriesAheadOfTheClockAreToldUntilTheUserHasSeenIt() throws IOException {
		long millis = System.currentTimeMillis();
		try (RunningServer server = RunningServer.start()) {
			put(server, "put palm.cpu 1 " + millis);
			browser.open("http://127.0.0.1:" + server.httpPort() + "/");
			browser.await(() -> browser.find("#ahead").isDisplayed());
			assertThat(browser.text("#ahead-text"))
				.isEqualTo("The newest point of palm.cpu is more than a day in the future.");
			browser.picture("ahead-light-desktop");
			browser.click("#ahead-hide");
			browser.await(() -> !browser.find("#ahead").isDisplayed());
			put(server, "put palm.mem 1 " + millis);
			browser.await(() -> browser.find("#ahead").isDisplayed());
			assertThat(browser.text("#ahead-text")).startsWith("The newest points of 2 series");
			assertThat(browser.complaints()).isEmpty();
		}
	}

	private static void put(RunningServer server, String command) throws IOException {
		try (PutConnection client = new PutConnection(server.tcpPort())) {
			client.put(command);
		}
	}

}
