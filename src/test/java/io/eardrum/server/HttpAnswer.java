package io.eardrum.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * The answer to an HTTP request to this machine.
 *
 * @param status the status code
 * @param body the body
 */
public record HttpAnswer(int status, String body) {

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	/**
	 * Sends a GET request.
	 * @param port the port on 127.0.0.1
	 * @param path the path, encoded
	 * @return the answer
	 */
	public static HttpAnswer get(int port, String path) {
		return ask(HttpRequest.newBuilder(uri(port, path)));
	}

	/**
	 * Sends a POST request.
	 * @param port the port on 127.0.0.1
	 * @param path the path, encoded
	 * @param type the content type
	 * @param body the body
	 * @return the answer
	 */
	public static HttpAnswer post(int port, String path, String type, String body) {
		return ask(HttpRequest.newBuilder(uri(port, path))
			.header("Content-Type", type)
			.POST(HttpRequest.BodyPublishers.ofString(body)));
	}

	private static URI uri(int port, String path) {
		return URI.create("http://127.0.0.1:" + port + path);
	}

	private static HttpAnswer ask(HttpRequest.Builder builder) {
		HttpRequest request = builder.timeout(Duration.ofSeconds(10)).build();
		try {
			HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
			return new HttpAnswer(response.statusCode(), response.body());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

}
