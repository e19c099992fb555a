package io.eardrum.web.graphite.function.regex;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.google.re2j.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.series.SeriesName;
import io.eardrum.web.graphite.series.ValueBudget;

/**
 * A regular expression that a request matches against names. It has Python's syntax,
 * except for what can't be matched without backtracking: lookahead, lookbehind and
 * references to groups. The work of a match is therefore known in advance, whatever the
 * expression.
 * <p>
 * For one thread.
 */
public final class NameRegex {

	/** How many characters an expression has at most. */
	static final int MAX_LENGTH = 1000;

	/** How many instructions the program of an expression has at most. */
	static final int MAX_SIZE = 5000;

	/** The memory for an instruction and for its matching, in values. */
	private static final int INSTRUCTION_VALUES = 32;

	/**
	 * How much work the search for one match may take, because it can't be interrupted.
	 */
	private static final long MAX_WORK = 5_000_000;

	/** What needs backtracking, up to its first characters. */
	private static final Pattern GOING_BACK = Pattern
		.compile("(?:[^\\\\]|^)(?:\\\\\\\\)*(?:(\\(\\?[=!])|(\\(\\?<[=!])|(\\(\\?P=|\\\\[1-9])|(\\(\\?\\())");

	private final String regex;

	private final com.google.re2j.Pattern pattern;

	private final ValueBudget.Account account;

	/**
	 * Compiles a regular expression.
	 * @param regex the expression
	 * @param account counts its work, and reserves the memory for it
	 * @throws QueryException if it is not valid or too large
	 */
	public NameRegex(String regex, ValueBudget.Account account) {
		this.regex = regex;
		this.account = account;
		if (regex.length() > MAX_LENGTH) {
			throw new QueryException(
					"A regular expression has at most " + MAX_LENGTH + " characters, not " + regex.length() + ".");
		}
		String written = written(regex);
		long size = RegexSize.of(written);
		if (size > MAX_SIZE) {
			throw new QueryException(
					QueryException.quoted(regex) + " is too large: with its repetitions expanded, a regular expression "
							+ "has at most " + MAX_SIZE + " parts.");
		}
		account.take(size * INSTRUCTION_VALUES);
		account.work(size * INSTRUCTION_VALUES);
		this.pattern = compile(written);
	}

	// Python writes \Z for \z, and {,3} for {0,3}.
	private static String written(String regex) {
		StringBuilder written = new StringBuilder();
		int classStart = -1;
		for (int i = 0; i < regex.length(); i++) {
			char c = regex.charAt(i);
			written.append(c);
			if (c == '\\' && i + 1 < regex.length()) {
				i++;
				written.append((regex.charAt(i) == 'Z' && classStart < 0) ? 'z' : regex.charAt(i));
			}
			else if (classStart >= 0) {
				// At the start of a class, ']' is an ordinary character.
				classStart = (c == ']' && i > classStart) ? -1 : classStart;
			}
			else if (c == '[') {
				classStart = regex.startsWith("^", i + 1) ? i + 2 : i + 1;
			}
			else if (c == '{' && regex.startsWith(",", i + 1)) {
				written.append('0');
			}
		}
		return written.toString();
	}

	private com.google.re2j.Pattern compile(String written) {
		try {
			return com.google.re2j.Pattern.compile(written);
		}
		catch (PatternSyntaxException ex) {
			String needed = goingBack(this.regex);
			if (needed != null) {
				throw new QueryException(QueryException.quoted(this.regex) + " has " + needed
						+ ", which is not supported, because its time has no limit.");
			}
			throw new QueryException(QueryException.quoted(this.regex) + " is not a valid regular expression: "
					+ ex.getDescription() + ".");
		}
		catch (StackOverflowError ex) {
			throw new QueryException(QueryException.quoted(this.regex) + " has too many parts in one another.");
		}
	}

	private static @Nullable String goingBack(String regex) {
		Matcher found = GOING_BACK.matcher(regex);
		if (!found.find()) {
			return null;
		}
		if (found.group(1) != null) {
			return "a lookahead, '" + found.group(1) + "'";
		}
		if (found.group(2) != null) {
			return "a lookbehind, '" + found.group(2) + "'";
		}
		return (found.group(3) != null) ? "a reference to a group, '" + found.group(3) + "'"
				: "a condition, '" + found.group(4) + "'";
	}

	/**
	 * Returns whether this expression matches anywhere in a name.
	 * @param name the name
	 * @return whether it does
	 */
	public boolean isIn(String name) {
		return find(this.pattern.matcher(name), name, 0);
	}

	private boolean find(com.google.re2j.Matcher matcher, String name, int from) {
		long work = (name.length() - from + 1L) * this.pattern.programSize();
		if (work > MAX_WORK) {
			throw new QueryException(QueryException.quoted(this.regex) + " takes too long on a name of " + name.length()
					+ " characters. Write a shorter one.");
		}
		this.account.work(work);
		return matcher.find();
	}

	/**
	 * Replaces all matches in a name.
	 * @param name the name
	 * @param replacement the text, in which {@code \1} and {@code \g<1>} stand for the
	 * match of a group
	 * @return the new name
	 */
	public String replaceIn(String name, String replacement) {
		try {
			com.google.re2j.Matcher matcher = this.pattern.matcher(name);
			StringBuilder result = new StringBuilder();
			int end = 0;
			while (find(matcher, name, end)) {
				result.append(name, end, matcher.start());
				append(result, matcher, replacement);
				end = matcher.end();
				SeriesName.requireLength(result.length());
			}
			return result.append(name, end, name.length()).toString();
		}
		catch (IndexOutOfBoundsException | IllegalArgumentException ex) {
			throw new QueryException(QueryException.quoted(replacement) + " names a group that "
					+ QueryException.quoted(this.regex) + " does not have.");
		}
	}

	private void append(StringBuilder result, com.google.re2j.Matcher matcher, String replacement) {
		this.account.work(replacement.length());
		int i = 0;
		while (i < replacement.length()) {
			char c = replacement.charAt(i++);
			if (c != '\\' || i == replacement.length()) {
				result.append(c);
				continue;
			}
			char escaped = replacement.charAt(i++);
			String group = null;
			if (Character.isDigit(escaped)) {
				int end = i;
				while (end < replacement.length() && end < i + 1 && Character.isDigit(replacement.charAt(end))) {
					end++;
				}
				group = matcher.group(Integer.parseInt(replacement.substring(i - 1, end)));
				i = end;
			}
			else if (escaped == 'g' && replacement.indexOf('>', i) > i && replacement.charAt(i) == '<') {
				int end = replacement.indexOf('>', i);
				String name = replacement.substring(i + 1, end);
				group = name.matches("\\d{1,3}") ? matcher.group(Integer.parseInt(name)) : matcher.group(name);
				i = end + 1;
			}
			else {
				group = String.valueOf(escaped);
			}
			result.append((group != null) ? group : "");
			// The replacement may repeat the match of a group any number of times.
			SeriesName.requireLength(result.length());
		}
	}

}
