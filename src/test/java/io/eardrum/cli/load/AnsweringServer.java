package io.eardrum.cli.load;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/**
 * Answers each line as a test says, on a port of the loopback interface, with a thread
 * for each connection. It counts all lines, and keeps the first ones.
 */
final class AnsweringServer implements Closeable {

	private static final int KEPT_LINES = 10_000;

	private final ServerSocket serverSocket;

	private final LongFunction<String> answers;

	private final AtomicLong count = new AtomicLong();

	private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

	/**
	 * Starts a server.
	 * @param answers returns the answer to the line with a number, from 1; an empty
	 * answer closes the connection
	 * @throws IOException if there is no port
	 */
	AnsweringServer(LongFunction<String> answers) throws IOException {
		this.serverSocket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		this.answers = answers;
		start(this::accept);
	}

	int port() {
		return this.serverSocket.getLocalPort();
	}

	long count() {
		return this.count.get();
	}

	List<String> lines() {
		return List.copyOf(this.lines);
	}

	private void accept() throws IOException {
		while (true) {
			Socket socket = this.serverSocket.accept();
			start(() -> answer(socket));
		}
	}

	private void answer(Socket socket) throws IOException {
		try (socket) {
			InputStream input = new BufferedInputStream(socket.getInputStream(), 1 << 16);
			OutputStream output = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
			StringBuilder line = new StringBuilder();
			for (int next = input.read(); next >= 0; next = input.read()) {
				if (next != '\n') {
					line.append((char) next);
					continue;
				}
				long number = this.count.incrementAndGet();
				if (number <= KEPT_LINES) {
					this.lines.add(line.toString());
				}
				line.setLength(0);
				String answer = this.answers.apply(number);
				if (answer.isEmpty()) {
					return;
				}
				output.write(answer.getBytes(StandardCharsets.US_ASCII));
				if (input.available() == 0) {
					output.flush();
				}
			}
		}
	}

	private static void start(Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException ex) {
				// Either side has closed the connection, as at the end of every test.
			}
		}, "answering-server");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() throws IOException {
		this.serverSocket.close();
	}

	/**
	 * What a thread does until a socket is closed.
	 */
	private interface Task {

		void run() throws IOException;

	}

}
