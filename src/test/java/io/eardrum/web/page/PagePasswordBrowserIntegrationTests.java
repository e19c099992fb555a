package io.eardrum.web.page;

import java.io.IOException;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestCertificate;
import io.eardrum.web.fixture.Browser;
import io.eardrum.web.fixture.PutConnection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page of a server that has a password, with TLS and without: the browser asks once,
 * and all that the page fetches comes.
 */
@EnabledIfSystemProperty(named = Browser.PROGRAM, matches = ".+", disabledReason = "needs -Deardrum.browser=<Chromium>")
class PagePasswordBrowserIntegrationTests {

	private static final String[] PASSWORD = { "--eardrum.http.user=ada", "--eardrum.http.password=tea" };

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
	void pageWorksOnceTheBrowserHasThePassword() throws Exception {
		try (RunningServer server = RunningServer.start(PASSWORD)) {
			assertThatPageWorks("http://%s127.0.0.1:" + server.httpPort() + "/", server);
		}
	}

	@Test
	void pageWorksOverTls(@TempDir Path directory) throws Exception {
		TestCertificate.create(directory, "http").writePem(directory);
		try (RunningServer server = RunningServer.start(PASSWORD[0], PASSWORD[1], "--server.ssl.bundle=http",
				"--spring.ssl.bundle.pem.http.keystore.certificate=file:" + directory.resolve("cert.pem"),
				"--spring.ssl.bundle.pem.http.keystore.private-key=file:" + directory.resolve("key.pem"))) {
			assertThatPageWorks("https://%s127.0.0.1:" + server.httpPort() + "/", server);
		}
	}

	private static void assertThatPageWorks(String url, RunningServer server) throws IOException {
		browser.openAgain(url.formatted("ada:wrong@"));
		assertThat(browser.all("#list")).isEmpty();
		browser.openAgain(url.formatted("ada:tea@"));
		// Without points, the page asks health where to put them: the port is told to
		// users only.
		browser.await(() -> browser.text("#first-telnet").contains(Integer.toString(server.tcpPort())));
		try (PutConnection client = new PutConnection(server.tcpPort())) {
			client.put("put palm.cpu 23.7 1150864247");
		}
		browser.await(() -> !browser.all("#list .key[title='palm.cpu']").isEmpty());
		// As somebody who comes later: the browser has the password, and needs no address
		// with it.
		browser.openAgain(url.formatted("") + "#key=palm.cpu&range=all");
		browser.await(() -> browser.texts("#legend .now").size() == 1);
		assertThat(browser.complaints()).isEmpty();
	}

}
