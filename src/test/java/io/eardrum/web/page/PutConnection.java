package io.eardrum.web.page;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.LongFunction;

/**
 * Puts points over TCP, as any client would.
 */
final class PutConnection implements AutoCloseable {

	private static final int AT_ONCE = 10_000;

	private final Socket socket;

	private final OutputStream out;

	private final BufferedReader in;

	PutConnection(int port) throws IOException {
		this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
		this.out = this.socket.getOutputStream();
		this.in = new BufferedReader(new InputStreamReader(this.socket.getInputStream(), StandardCharsets.UTF_8));
	}

	/**
	 * Sends commands, and returns when each is answered with {@code ok}.
	 * @param commands complete lines without their ends
	 * @throws IOException if one is refused
	 */
	void put(String... commands) throws IOException {
		this.out.write((String.join("\n", commands) + "\n").getBytes(StandardCharsets.UTF_8));
		for (String command : commands) {
			String reply = this.in.readLine();
			String end = this.in.readLine();
			if (!"ok".equals(reply) || !"".equals(end)) {
				throw new IOException(command + ": " + reply + " " + end);
			}
		}
	}

	/**
	 * Puts many points.
	 * @param count how many
	 * @param command makes the command of a number from 0 on
	 * @throws IOException if one is refused
	 */
	void putMany(long count, LongFunction<String> command) throws IOException {
		for (long first = 0; first < count; first += AT_ONCE) {
			String[] commands = new String[(int) Math.min(AT_ONCE, count - first)];
			for (int i = 0; i < commands.length; i++) {
				commands[i] = command.apply(first + i);
			}
			put(commands);
		}
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
