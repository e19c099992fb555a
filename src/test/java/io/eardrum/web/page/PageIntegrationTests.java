package io.eardrum.web.page;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.server.fixture.RunningServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The files of the page as a browser gets them. What it does with them is the affair of
 * the tests in a browser.
 */
class PageIntegrationTests {

	private static final Pattern REFERENCE = Pattern.compile("(?:href|src)=\"([^\"]+)\"");

	private static final Pattern IMPORT = Pattern.compile("from '\\./([a-z-]+\\.js)'");

	private static final Pattern LATER = Pattern.compile("await import\\('\\./([a-z-]+\\.js)'\\)");

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	@RegisterExtension
	private static final RunningServer server = RunningServer.with();

	@Test
	void pageIsAtTheRoot() throws Exception {
		HttpResponse<String> page = get("/");
		assertThat(page.statusCode()).isEqualTo(200);
		assertThat(header(page, "Content-Type")).startsWith("text/html");
		assertThat(page.body()).contains("<title>Eardrum</title>");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/", "/page/main.js", "/page/page.css", "/uplot/uPlot.iife.min.js" })
	void browserAsksEachTimeAndIsToldThatNothingHasChanged(String path) throws Exception {
		HttpResponse<String> first = get(path);
		assertThat(header(first, "Cache-Control")).isEqualTo("no-cache");
		assertThat(first.headers().firstValue("Last-Modified")).isEmpty();
		HttpResponse<String> again = get(path, "If-None-Match", header(first, "ETag"));
		assertThat(again.statusCode()).isEqualTo(304);
		assertThat(again.body()).isEmpty();
		assertThat(get(path, "If-None-Match", "W/\"of-another-version\"").statusCode()).isEqualTo(200);
	}

	@Test
	void markupHasNothingInlineAndNothingFromElsewhere() throws Exception {
		String page = get("/").body();
		assertThat(page).doesNotContainPattern("<script(?![^>]* src=)").doesNotContain("<style");
		assertThat(page).doesNotContainPattern("\\sstyle=").doesNotContainPattern("\\son[a-z]+=");
		assertThat(references(page)).noneMatch((reference) -> reference.contains("//"));
	}

	@Test
	void everythingThatThePageRefersToIsThere() throws Exception {
		Set<String> paths = references(get("/").body());
		assertThat(paths).isNotEmpty();
		for (String path : paths) {
			HttpResponse<String> answer = get("/" + path);
			assertThat(answer.statusCode()).as(path).isEqualTo(200);
			assertThat(header(answer, "Content-Type")).as(path).startsWith(typeOf(path));
		}
	}

	@Test
	void modulesThatAreImportedAreLoadedAhead() throws Exception {
		Set<String> loaded = references(get("/").body());
		Set<String> imported = new TreeSet<>();
		for (String path : loaded) {
			if (path.startsWith("page/") && path.endsWith(".js")) {
				IMPORT.matcher(get("/" + path).body())
					.results()
					.forEach((match) -> imported.add("page/" + match.group(1)));
			}
		}
		assertThat(imported).isNotEmpty();
		assertThat(loaded).containsAll(imported);
	}

	@Test
	void dialogsThatAreLoadedOnFirstUseAreThereAndSmall() throws Exception {
		Set<String> loaded = references(get("/").body());
		Set<String> later = new TreeSet<>();
		for (String path : loaded) {
			if (path.endsWith(".js")) {
				LATER.matcher(get("/" + path).body()).results().forEach((match) -> later.add("page/" + match.group(1)));
			}
		}
		assertThat(later).isNotEmpty().doesNotContainAnyElementsOf(loaded);
		for (String path : List.copyOf(later)) {
			IMPORT.matcher(get("/" + path).body())
				.results()
				.map((match) -> "page/" + match.group(1))
				.filter((imported) -> !loaded.contains(imported))
				.forEach(later::add);
		}
		int bytes = 0;
		for (String path : later) {
			HttpResponse<byte[]> answer = CLIENT.send(request("/" + path, "Accept-Encoding", "gzip"),
					HttpResponse.BodyHandlers.ofByteArray());
			assertThat(answer.statusCode()).as(path).isEqualTo(200);
			assertThat(header(answer, "Content-Type")).as(path).startsWith("text/javascript");
			bytes += answer.body().length;
		}
		assertThat(bytes).isLessThan(6 * 1024);
	}

	@Test
	void wholePageIsSmallOnTheWire() throws Exception {
		int bytes = 0;
		int own = 0;
		for (String path : all()) {
			HttpRequest request = request(path, "Accept-Encoding", "gzip");
			HttpResponse<byte[]> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofByteArray());
			bytes += answer.body().length;
			own += path.startsWith("/uplot/") ? 0 : answer.body().length;
		}
		assertThat(own).isLessThan(60 * 1024);
		assertThat(bytes).isLessThan(110 * 1024);
		assertThat(header(get("/page/main.js", "Accept-Encoding", "gzip"), "Content-Encoding")).isEqualTo("gzip");
	}

	/** The build removes comments and indentation line by line. */
	@Test
	void modulesAreSentWithoutCommentsAndHaveNoTextsOfSeveralLines() throws Exception {
		assertThat(get("/page/gaps.js").body()).contains("export function").doesNotContain("/*").doesNotContain("\n  ");
		assertThat(get("/page/page.css").body()).contains(".row").doesNotContain("/*");
		try (Stream<Path> files = Files.list(Path.of("src/main/resources/static/page"))) {
			for (Path file : files.filter((path) -> path.toString().endsWith(".js")).toList()) {
				assertThat(Files.readAllLines(file)).as(file.toString())
					.hasSizeLessThanOrEqualTo(400)
					.allMatch((line) -> line.chars().filter((sign) -> sign == '`').count() % 2 == 0);
			}
		}
	}

	@Test
	void descriptionOfTheApiHasAType() throws Exception {
		assertThat(header(get("/openapi.yaml"), "Content-Type")).isEqualTo("application/yaml");
	}

	@Test
	void chartLibraryComesWithItsLicense() throws Exception {
		assertThat(get("/uplot/LICENSE").body()).contains("MIT License").contains("Leon Sorokin");
	}

	private static List<String> all() throws Exception {
		Set<String> paths = references(get("/").body());
		paths.add("");
		return paths.stream().map((path) -> "/" + path).toList();
	}

	private static Set<String> references(String page) {
		Set<String> references = new TreeSet<>();
		REFERENCE.matcher(page).results().map((MatchResult match) -> match.group(1)).forEach(references::add);
		return references;
	}

	private static String typeOf(String path) {
		return switch (path.substring(path.lastIndexOf('.'))) {
			case ".js" -> "text/javascript";
			case ".css" -> "text/css";
			default -> "image/svg+xml";
		};
	}

	private static HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
		return CLIENT.send(request(path, headers), HttpResponse.BodyHandlers.ofString());
	}

	private static HttpRequest request(String path, String... headers) {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path));
		return ((headers.length > 0) ? request.headers(headers) : request).build();
	}

	private static String header(HttpResponse<?> answer, String name) {
		return answer.headers().firstValue(name).orElse("");
	}

}
