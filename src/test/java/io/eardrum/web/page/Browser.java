package io.eardrum.web.page;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A headless Chromium with the page in it, found through system properties: its program
 * {@value #PROGRAM}, and that of its driver {@value #DRIVER}. Without the first one the
 * tests in a browser are skipped.
 */
final class Browser implements AutoCloseable {

	static final String PROGRAM = "eardrum.browser";

	static final String DRIVER = "eardrum.browser.driver";

	/** It warns of protocols that it knows for some versions of Chromium only. */
	private static final Logger NOISE = Logger.getLogger("org.openqa.selenium");

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final ChromeDriver driver;

	private final Path downloads;

	private String colours = "light";

	private boolean phone;

	private Browser(ChromeDriver driver, Path downloads) {
		this.driver = driver;
		this.downloads = downloads;
	}

	static Browser start() throws IOException {
		NOISE.setLevel(Level.SEVERE);
		Path downloads = Files.createTempDirectory("eardrum-downloads");
		ChromeOptions options = new ChromeOptions();
		options.setAcceptInsecureCerts(true);
		options.setBinary(System.getProperty(PROGRAM));
		options.addArguments("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--disable-dev-shm-usage", "--force-device-scale-factor=1");
		options.setExperimentalOption("prefs", Map.of("download.default_directory", downloads.toString()));
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		options.setCapability("goog:loggingPrefs", logs);
		ChromeDriverService service = new ChromeDriverService.Builder()
			.usingDriverExecutable(new File(System.getProperty(DRIVER, "/usr/bin/chromedriver")))
			.usingAnyFreePort()
			.build();
		return new Browser(new ChromeDriver(service, options), downloads);
	}

	/**
	 * Opens a page as somebody who has never been here, in a window of a desktop.
	 * @param url the page
	 */
	void open(String url) {
		openAgain(url);
		this.driver.executeScript("localStorage.clear()");
		openAgain(url);
	}

	/**
	 * Opens a page in a tab of its own, as somebody who follows a link.
	 * @param url the page
	 */
	void openAgain(String url) {
		String old = this.driver.getWindowHandle();
		this.driver.switchTo().newWindow(WindowType.TAB);
		String made = this.driver.getWindowHandle();
		this.driver.switchTo().window(old).close();
		this.driver.switchTo().window(made);
		this.driver.manage().window().setSize(new Dimension(1280, 800));
		emulate(this.colours, this.phone);
		this.driver.get(url);
	}

	/**
	 * Has this tab and those to come behave like those of another device.
	 * @param colours what the system prefers, light or dark
	 * @param phone whether it is a phone
	 */
	void emulate(String colours, boolean phone) {
		this.colours = colours;
		this.phone = phone;
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colours))));
		if (phone) {
			this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
					Map.of("width", 390, "height", 844, "deviceScaleFactor", 2, "mobile", true));
		}
		else {
			this.driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
		}
	}

	String url() {
		return this.driver.getCurrentUrl();
	}

	void back() {
		this.driver.navigate().back();
	}

	Object run(String script, Object... arguments) {
		Object result = this.driver.executeScript(script, arguments);
		return (result != null) ? result : "";
	}

	Object runAsync(String script) {
		this.driver.manage().timeouts().scriptTimeout(PATIENCE);
		Object result = this.driver.executeAsyncScript(script);
		return (result != null) ? result : "";
	}

	WebElement find(String selector) {
		return this.driver.findElement(By.cssSelector(selector));
	}

	List<WebElement> all(String selector) {
		return this.driver.findElements(By.cssSelector(selector));
	}

	/**
	 * Reads what is to be seen of elements, at one moment.
	 * @param selector a selector of elements
	 * @return their texts, with single blanks
	 */
	List<String> texts(String selector) {
		String script = "return [...document.querySelectorAll(arguments[0])]"
				+ ".map((one) => one.innerText.replace(/[\\t\\n ]+/g, ' ').trim())";
		return ((List<?>) run(script, selector)).stream().map(Object::toString).toList();
	}

	/**
	 * Reads the text of an element, seen or unseen.
	 * @param selector a selector of one element
	 * @return its text
	 */
	String text(String selector) {
		return run("return document.querySelector(arguments[0])?.textContent", selector).toString();
	}

	void click(String selector) {
		find(selector).click();
	}

	/**
	 * Clicks on a series in the list.
	 * @param key its key, in sight
	 */
	void choose(String key) {
		find("#list .key[title='" + key + "']").click();
	}

	/**
	 * Types where the focus is.
	 * @param keys text, or special keys
	 */
	void type(CharSequence... keys) {
		new Actions(this.driver).sendKeys(keys).perform();
	}

	void typeWithShift(Keys key) {
		new Actions(this.driver).keyDown(Keys.SHIFT).sendKeys(key).keyUp(Keys.SHIFT).perform();
	}

	/**
	 * Drags the mouse over the plot.
	 * @param from where to start, as a part of the width
	 * @param to where to end
	 */
	void drag(double from, double to) {
		WebElement plot = find("#chart .u-over");
		int width = plot.getSize().getWidth();
		new Actions(this.driver).moveToElement(plot, (int) ((from - 0.5) * width), 0)
			.clickAndHold()
			.moveToElement(plot, (int) ((to - 0.5) * width), 5)
			.release()
			.perform();
	}

	void hover(double at) {
		WebElement plot = find("#chart .u-over");
		new Actions(this.driver).moveToElement(plot, (int) ((at - 0.5) * plot.getSize().getWidth()), 0).perform();
	}

	void await(BooleanSupplier condition) {
		Awaitility.await()
			.atMost(PATIENCE)
			.pollInterval(Duration.ofMillis(50))
			.ignoreExceptionsMatching(Browser::isPassing)
			.until(condition::getAsBoolean);
	}

	void awaitAsserted(ThrowingRunnable assertion) {
		Awaitility.await()
			.atMost(PATIENCE)
			.pollInterval(Duration.ofMillis(50))
			.ignoreExceptionsMatching(Browser::isPassing)
			.untilAsserted(assertion);
	}

	/** An element that has just gone, or is not there yet. */
	private static boolean isPassing(Throwable failure) {
		return failure instanceof StaleElementReferenceException || failure instanceof NoSuchElementException;
	}

	/**
	 * Waits for a download to be complete, and takes it away.
	 * @param ending the ending of its name
	 * @return its content
	 * @throws IOException if it can't be read
	 */
	byte[] download(String ending) throws IOException {
		File[] found = Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> this.downloads.toFile().listFiles((directory, name) -> name.endsWith(ending)),
					(files) -> files != null && files.length == 1);
		byte[] content = Files.readAllBytes(found[0].toPath());
		Files.delete(found[0].toPath());
		return content;
	}

	/**
	 * Takes a picture of what is to be seen, for people to look at.
	 * @param name the name of the file in {@code target/screenshots}
	 * @throws IOException if it can't be written
	 */
	void picture(String name) throws IOException {
		Path directory = Files.createDirectories(Path.of("target", "screenshots"));
		Files.write(directory.resolve(name + ".png"), this.driver.getScreenshotAs(OutputType.BYTES));
	}

	/**
	 * Returns what the page has complained about since the last call: errors of scripts,
	 * and what the content security policy forbade.
	 * @return the complaints, but for servers that were not there
	 */
	List<String> complaints() {
		return this.driver.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= Level.WARNING.intValue())
			.map(LogEntry::getMessage)
			.filter((message) -> !message.contains("net::ERR_") && !message.contains("status of 4"))
			.toList();
	}

	@Override
	public void close() throws IOException {
		this.driver.quit();
		try (Stream<Path> files = Files.walk(this.downloads)) {
			files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
		}
	}

}
