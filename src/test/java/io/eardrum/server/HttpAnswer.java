package io.eardrum.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * What an HTTP GET to this machine gave.
 *
 * @param status the status code
 * @param body the body
 */
public record HttpAnswer(int status, String body) {

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	/**
	 * Asks.
	 * @param port the port on 127.0.0.1
	 * @param path the path, encoded
	 * @return the answer
	 */
	public static HttpAnswer get(int port, String path) {
		URI uri = URI.create("http://127.0.0.1:" + port + path);
		HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build();
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
