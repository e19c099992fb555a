package io.eardrum.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes down the commands it is given, each as a line of text.
 */
final class RecordedCommands implements CommandHandler {

	private final List<String> lines = new ArrayList<>();

	private boolean pausing;

	/**
	 * Pauses whenever it is asked to, from now on.
	 */
	void pauseAlways() {
		this.pausing = true;
	}

	@Override
	public boolean pauses() {
		return this.pausing;
	}

	List<String> lines() {
		return this.lines;
	}

	@Override
	public void put(byte[] source, int keyOffset, int keyLength, long timestamp, double value) {
		this.lines.add("put " + text(source, keyOffset, keyLength) + " " + value + " " + timestamp);
	}

	@Override
	public void get(byte[] source, int keyOffset, int keyLength) {
		this.lines.add("get " + text(source, keyOffset, keyLength));
	}

	@Override
	public void getAll() {
		this.lines.add("get all");
	}

	@Override
	public void wrong(Command command, ErrorReason reason) {
		this.lines.add("wrong " + command + " " + reason);
	}

	private static String text(byte[] source, int offset, int length) {
		return new String(source, offset, length, StandardCharsets.UTF_8);
	}

}
