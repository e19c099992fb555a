package io.eardrum.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

import org.awaitility.Awaitility;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import io.eardrum.CapturedLog;
import io.eardrum.EardrumApplication;
import io.eardrum.ServerThreads;
import io.eardrum.server.graphite.GraphiteEndpoint;

import static org.assertj.core.api.Assertions.assertThatException;

/**
 * The whole application on free ports of the loopback interface, with the memory store,
 * until it is closed.
 */
public final class RunningServer implements AutoCloseable {

	private final ServerThreads threads;

	private final ConfigurableApplicationContext context;

	private RunningServer(ServerThreads threads, ConfigurableApplicationContext context) {
		this.threads = threads;
		this.context = context;
	}

	/**
	 * Starts the application.
	 * @param arguments arguments of the command line
	 * @return the running server
	 */
	public static RunningServer start(String... arguments) {
		return start(new SpringApplicationBuilder(EardrumApplication.class), arguments);
	}

	/**
	 * Starts the application with storage that a test controls.
	 * @param storage stands in front of the memory store
	 * @param arguments more arguments of the command line
	 * @return the running server
	 */
	public static RunningServer start(InterceptedStorage storage, String... arguments) {
		return start(new SpringApplicationBuilder(EardrumApplication.class)
			.initializers((context) -> context.getBeanFactory().addBeanPostProcessor(storage)), arguments);
	}

	private static RunningServer start(SpringApplicationBuilder application, String... arguments) {
		ServerThreads threads = new ServerThreads();
		try {
			return new RunningServer(threads, threads.call(() -> application.run(withDefaults(arguments))));
		}
		catch (Throwable ex) {
			threads.close();
			throw ex;
		}
	}

	/**
	 * Starts the application, which must not succeed.
	 * @param arguments arguments of the command line
	 * @return what it has logged
	 */
	public static String logOfFailedStart(String... arguments) {
		try (ServerThreads threads = new ServerThreads()) {
			assertThatException().isThrownBy(() -> threads.run(
					() -> new SpringApplicationBuilder(EardrumApplication.class).run(withDefaults(arguments)).close()));
			return threads.log().text();
		}
	}

	/**
	 * Puts the arguments that every test needs before those of one test.
	 * @param arguments the arguments of one test, which take precedence
	 * @return all arguments
	 */
	public static String[] withDefaults(String... arguments) {
		List<String> all = new ArrayList<>();
		all.add("--eardrum.tcp.port=0");
		all.add("--server.port=0");
		all.add("--eardrum.storage.type=memory");
		for (String argument : arguments) {
			String prefix = argument.substring(0, argument.indexOf('=') + 1);
			all.removeIf((other) -> other.startsWith(prefix));
		}
		Collections.addAll(all, arguments);
		return all.toArray(String[]::new);
	}

	public InetSocketAddress tcpAddress() {
		return bean(TcpEndpoint.class).address();
	}

	public InetSocketAddress graphiteAddress() {
		GraphiteEndpoint endpoint = bean(GraphiteEndpoint.class);
		InetSocketAddress address = endpoint.addressIfListening();
		// The accepting thread reports that it accepts only a moment after the start.
		return (address != null) ? address : Awaitility.await().until(endpoint::addressIfListening, Objects::nonNull);
	}

	/**
	 * Returns the port that clients connect to.
	 * @return the port on 127.0.0.1
	 */
	public int tcpPort() {
		return tcpAddress().getPort();
	}

	/**
	 * Returns the port that browsers connect to.
	 * @return the port on 127.0.0.1
	 */
	public int httpPort() {
		return this.context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	public <T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	public TestClient client() throws IOException {
		return TestClient.connect(tcpPort());
	}

	public PrometheusScrape scrape() {
		return PrometheusScrape.of(httpPort());
	}

	/**
	 * Sends everything at once over a connection of its own, ends the stream, and reads
	 * what arrives.
	 * @param sent what to send
	 * @return everything that arrived until the server closed the connection
	 * @throws IOException if the connection fails, or isn't closed cleanly
	 */
	public String conversation(byte[] sent) throws IOException {
		try (TestClient client = client()) {
			return client.send(sent).halfClose().readToEnd();
		}
	}

	public String conversation(String sent) throws IOException {
		return conversation(sent.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Returns what this server has logged, without that of other servers that run at the
	 * same time.
	 * @return its log, which remains when the server is closed
	 */
	public CapturedLog log() {
		return this.threads.log();
	}

	/**
	 * Returns the threads of this server, without those of other servers that run at the
	 * same time.
	 * @return the threads that are alive
	 */
	public List<Thread> threads() {
		return this.threads.alive();
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
