package io.eardrum.cli.operator;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options of every command that talks to the HTTP port.
 */
final class HttpOptions {

	private static final Pattern DETAIL = Pattern.compile("\"detail\":\"((?:[^\"\\\\]|\\\\.)*)\"");

	private static final int MAX_TIMEOUT_SECONDS = Integer.MAX_VALUE / 1000;

	@Option(names = "--url", defaultValue = "http://127.0.0.1:8080", paramLabel = "URL",
			description = "The server's HTTP port (EARDRUM_URL; ${DEFAULT-VALUE}).")
	private String url = "";

	@Option(names = "--user", defaultValue = Option.NULL_VALUE, paramLabel = "NAME",
			description = { "The user, if the port asks for one (EARDRUM_HTTP_USER). The password comes",
					"from the variable EARDRUM_HTTP_PASSWORD." })
	private @Nullable String user;

	@Option(names = "--timeout", defaultValue = "10", paramLabel = "SECONDS",
			description = "How long to wait for an answer (${DEFAULT-VALUE}).")
	private int timeoutSeconds;

	private @Nullable HttpClient client;

	String url() {
		return this.url;
	}

	/**
	 * Asks the server for a text.
	 * @param path the path, with its query
	 * @return the text
	 */
	String get(String path) {
		return send(path, HttpRequest.newBuilder().GET());
	}

	/**
	 * Has the server remove something.
	 * @param path the path of what is to be removed
	 */
	void delete(String path) {
		send(path, HttpRequest.newBuilder().DELETE());
	}

	private String send(String path, HttpRequest.Builder request) {
		if (this.timeoutSeconds < 1 || this.timeoutSeconds > MAX_TIMEOUT_SECONDS) {
			throw new IllegalArgumentException("--timeout takes seconds, from 1 to " + MAX_TIMEOUT_SECONDS);
		}
		Duration timeout = Duration.ofSeconds(this.timeoutSeconds);
		request.uri(address(path)).timeout(timeout);
		if (this.user != null) {
			String password = Objects.requireNonNullElse(System.getenv("EARDRUM_HTTP_PASSWORD"), "");
			String both = this.user + ":" + password;
			request.header("Authorization",
					"Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8)));
		}
		try {
			HttpResponse<String> response = client(timeout).send(request.build(),
					HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
			if (response.statusCode() == 200) {
				return response.body();
			}
			Matcher detail = DETAIL.matcher(response.body());
			throw new HttpFailureException(this.url + " answers with status " + response.statusCode()
					+ (detail.find() ? ": " + detail.group(1).replace("\\\"", "\"") : ""), true);
		}
		catch (ConnectException ex) {
			throw new HttpFailureException("no server answers at " + this.url, false);
		}
		catch (HttpTimeoutException ex) {
			throw new HttpFailureException(
					"no answer from " + this.url + " within " + this.timeoutSeconds + " s; --timeout allows more",
					false);
		}
		catch (IOException ex) {
			throw new HttpFailureException("the connection to " + this.url + " broke: " + ex.getMessage(), false);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new HttpFailureException("interrupted", false);
		}
	}

	private URI address(String path) {
		try {
			URI base = new URI(this.url);
			if (base.getHost() != null && ("http".equals(base.getScheme()) || "https".equals(base.getScheme()))) {
				return new URI(this.url.replaceAll("/+$", "") + path);
			}
		}
		catch (URISyntaxException ex) {
			// The exception below says it.
		}
		throw new IllegalArgumentException("--url takes an address such as http://127.0.0.1:8080, not " + this.url);
	}

	private HttpClient client(Duration timeout) {
		HttpClient known = this.client;
		if (known == null) {
			known = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(timeout).build();
			this.client = known;
		}
		return known;
	}

}
