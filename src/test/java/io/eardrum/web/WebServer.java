package io.eardrum.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import io.eardrum.CapturedLog;
import io.eardrum.EardrumApplication;
import io.eardrum.ServerThreads;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.MetricRepository;

/**
 * The whole application on free ports of the loopback interface, with the memory store,
 * as a client of its HTTP port sees it.
 */
public final class WebServer implements AutoCloseable {

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	private final ServerThreads threads;

	private final ConfigurableApplicationContext context;

	private final MetricRepository store;

	private WebServer(ServerThreads threads, ConfigurableApplicationContext context, MetricRepository store) {
		this.threads = threads;
		this.context = context;
		this.store = store;
	}

	public static WebServer start(String... arguments) {
		return start(UnaryOperator.identity(), arguments);
	}

	/**
	 * Starts the application.
	 * @param inFront puts something in front of the store
	 * @param arguments arguments of the command line
	 * @return the running server
	 */
	public static WebServer start(UnaryOperator<MetricRepository> inFront, String... arguments) {
		List<String> all = new ArrayList<>(List.of("--eardrum.tcp.port=0", "--server.port=0"));
		if (Arrays.stream(arguments).noneMatch((argument) -> argument.startsWith("--eardrum.storage.type="))) {
			all.add("--eardrum.storage.type=memory");
		}
		all.addAll(List.of(arguments));
		AtomicReference<MetricRepository> store = new AtomicReference<>();
		BeanPostProcessor interceptor = new BeanPostProcessor() {

			@Override
			public Object postProcessAfterInitialization(Object bean, String name) {
				if (bean instanceof MetricRepository repository) {
					store.set(repository);
					return inFront.apply(repository);
				}
				return bean;
			}

		};
		SpringApplicationBuilder application = new SpringApplicationBuilder(EardrumApplication.class)
			.initializers((starting) -> starting.getBeanFactory().addBeanPostProcessor(interceptor));
		ServerThreads threads = new ServerThreads();
		try {
			ConfigurableApplicationContext context = threads.call(() -> application.run(all.toArray(String[]::new)));
			return new WebServer(threads, context, Objects.requireNonNull(store.get()));
		}
		catch (Throwable ex) {
			threads.close();
			throw ex;
		}
	}

	public ConfigurableApplicationContext context() {
		return this.context;
	}

	public MetricRepository store() {
		return this.store;
	}

	public int port() {
		return this.context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	public void put(String key, double value, long timestamp) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of(key), timestamp, value);
		this.store.put(batch);
	}

	public HttpResponse<String> get(String path, String... headers) {
		return send(HttpRequest.newBuilder(uri(path)), headers);
	}

	public HttpResponse<String> post(String path, String contentType, String body) {
		return send(HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofString(body)), "Content-Type",
				contentType);
	}

	public HttpResponse<String> method(String method, String path) {
		return send(HttpRequest.newBuilder(uri(path)).method(method, HttpRequest.BodyPublishers.noBody()));
	}

	private HttpResponse<String> send(HttpRequest.Builder request, String... headers) {
		for (int i = 0; i < headers.length; i += 2) {
			request.header(headers[i], headers[i + 1]);
		}
		try {
			return CLIENT.send(request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private URI uri(String path) {
		// A URI has none of these, although this server takes them.
		String encoded = path.replace("[", "%5B").replace("]", "%5D").replace("{", "%7B").replace("}", "%7D");
		return URI.create("http://127.0.0.1:" + port() + encoded);
	}

	/**
	 * Sends a request over a socket, with whatever headers.
	 * @param lines the lines of the request
	 * @return the open connection
	 * @throws IOException if that fails
	 */
	public Socket open(String... lines) throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
		socket.setSoTimeout(60_000);
		String head = String.join("\r\n", lines) + "\r\n\r\n";
		socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
		return socket;
	}

	/**
	 * Returns what this server has logged, and no other that runs beside it.
	 * @return its log, which stays when the server is closed
	 */
	public CapturedLog log() {
		return this.threads.log();
	}

	@Override
	public void close() {
		try {
			this.threads.run(this.context::close);
		}
		finally {
			this.threads.close();
		}
	}

}
