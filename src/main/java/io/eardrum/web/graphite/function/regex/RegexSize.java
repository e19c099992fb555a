package io.eardrum.web.graphite.function.regex;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Estimates the size of the program of a regular expression before it is compiled,
 * because nested repetitions multiply it. As far as is known, the estimate is never below
 * the size, and is a little above it for most expressions.
 */
final class RegexSize {

	/** The largest size that is estimated. */
	private static final long MAX = 1_000_000;

	/**
	 * The size of a group without its content, plus something for an empty content.
	 */
	private static final long GROUP = 3;

	private static final Pattern FLAGS = Pattern.compile("\\?[a-zA-Z-]*\\)");

	private final String regex;

	private int next;

	/** The sizes of the open groups, without their last parts. */
	private final Deque<long[]> open = new ArrayDeque<>();

	/**
	 * The current group: the size of all parts but the last one, and the size of the last
	 * one.
	 */
	private long[] group = { GROUP, 0 };

	private RegexSize(String regex) {
		this.regex = regex;
	}

	/**
	 * Estimates the size of a program.
	 * @param regex the expression, which may be invalid
	 * @return the number of instructions
	 */
	static long of(String regex) {
		return new RegexSize(regex).estimate();
	}

	private long estimate() {
		while (this.next < this.regex.length()) {
			char c = this.regex.charAt(this.next++);
			switch (c) {
				case '(' -> open();
				case ')' -> close();
				case '[' -> {
					skipClass();
					part(1);
				}
				case '\\' -> escaped();
				case '|' -> part(2);
				case '*', '+', '?' -> add(2);
				case '{' -> repeat();
				default -> part(1);
			}
		}
		while (!this.open.isEmpty()) {
			close();
		}
		return this.group[0] + this.group[1];
	}

	private void part(long size) {
		this.group[0] = Math.min(MAX, this.group[0] + this.group[1]);
		this.group[1] = size;
	}

	// Adds to the part that may be repeated next. Elements that match nothing, such as
	// flags, are added in the same way, because a repetition after them repeats the part
	// before them.
	private void add(long size) {
		this.group[1] = Math.min(MAX, this.group[1] + size);
	}

	private void open() {
		Matcher flags = FLAGS.matcher(this.regex).region(this.next, this.regex.length());
		if (flags.lookingAt()) {
			this.next = flags.end();
			add(1);
			return;
		}
		this.open.push(this.group);
		this.group = new long[] { GROUP, 0 };
	}

	private void close() {
		long size = this.group[0] + this.group[1];
		if (!this.open.isEmpty()) {
			this.group = this.open.pop();
			part(size);
		}
	}

	private void escaped() {
		if (!this.regex.startsWith("Q", this.next)) {
			if (this.regex.startsWith("E", this.next)) {
				add(1);
			}
			else {
				part(1);
			}
			this.next++;
			return;
		}
		int end = this.regex.indexOf("\\E", this.next);
		for (int i = this.next + 1; i < ((end < 0) ? this.regex.length() : end); i++) {
			part(1);
		}
		this.next = (end < 0) ? this.regex.length() : end + 2;
	}

	private void repeat() {
		int end = this.regex.indexOf('}', this.next);
		String counts = (end < 0) ? "" : this.regex.substring(this.next, end);
		if (!counts.matches("\\d{1,9}(,\\d{0,9})?")) {
			part(1);
			return;
		}
		this.next = end + 1;
		long most = 1;
		for (String count : counts.split(",", -1)) {
			most = Math.max(most, count.isEmpty() ? 1 : Long.parseLong(count));
		}
		this.group[1] = Math.min(MAX, (this.group[1] + 1) * (most + 1));
	}

	private void skipClass() {
		int start = this.next + (this.regex.startsWith("^", this.next) ? 1 : 0);
		this.next = start;
		while (this.next < this.regex.length() && (this.next == start || this.regex.charAt(this.next) != ']')) {
			if (this.regex.startsWith("[:", this.next) && this.regex.indexOf(":]", this.next) > 0) {
				this.next = this.regex.indexOf(":]", this.next) + 1;
			}
			else if (this.regex.charAt(this.next) == '\\') {
				this.next++;
			}
			this.next++;
		}
		this.next++;
	}

}
