package io.eardrum.web.graphite.function;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.series.SeriesName;
import io.eardrum.web.graphite.series.ValueBudget;

/**
 * A regular expression that a request holds against names. It is written as Python has
 * it, and its work is bounded, whoever wrote it: it may look at so many characters of one
 * name and not more, and of all names at so many as the account of the request allows.
 */
final class NameRegex {

	private static final int MAX_LOOKS = 1_000_000;

	private final Pattern pattern;

	private final ValueBudget.Account account;

	/**
	 * Reads a regular expression.
	 * @param regex the expression
	 * @param account takes note of its work
	 * @throws QueryException if it is none
	 */
	NameRegex(String regex, ValueBudget.Account account) {
		this.account = account;
		try {
			this.pattern = Pattern.compile(regex.replace("(?P<", "(?<").replaceAll("\\(\\?P=(\\w+)\\)", "\\\\k<$1>"));
		}
		catch (PatternSyntaxException ex) {
			throw new QueryException("'" + regex + "' is no regular expression: " + ex.getDescription() + ".");
		}
	}

	/**
	 * Tells whether this expression matches anywhere in a name.
	 * @param name the name
	 * @return whether it does
	 */
	boolean isIn(String name) {
		try {
			return this.pattern.matcher(new BoundedText(name)).find();
		}
		catch (StackOverflowError ex) {
			throw tooMuch();
		}
	}

	/**
	 * Replaces all matches in a name.
	 * @param name the name
	 * @param replacement the text, in which {@code \1} and {@code \g<1>} stand for what a
	 * group has found
	 * @return the new name
	 */
	String replaceIn(String name, String replacement) {
		try {
			Matcher matcher = this.pattern.matcher(new BoundedText(name));
			StringBuilder result = new StringBuilder();
			int end = 0;
			while (matcher.find()) {
				result.append(name, end, matcher.start());
				append(result, matcher, replacement);
				end = matcher.end();
				SeriesName.requireLength(result.length());
			}
			return result.append(name, end, name.length()).toString();
		}
		catch (StackOverflowError ex) {
			throw tooMuch();
		}
		catch (IndexOutOfBoundsException | IllegalArgumentException ex) {
			throw new QueryException("'" + replacement + "' names a group that '" + this.pattern + "' hasn't.");
		}
	}

	private static void append(StringBuilder result, Matcher matcher, String replacement) {
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
			// What a group has found may be named any number of times.
			SeriesName.requireLength(result.length());
		}
	}

	private static QueryException tooMuch() {
		return new QueryException("A regular expression takes too long on the name of a series.");
	}

	/**
	 * A text that can be looked at so often only.
	 */
	private final class BoundedText implements CharSequence {

		private final CharSequence text;

		private int looks;

		BoundedText(CharSequence text) {
			this.text = text;
		}

		@Override
		public char charAt(int index) {
			if (++this.looks > MAX_LOOKS) {
				throw tooMuch();
			}
			NameRegex.this.account.look(1);
			return this.text.charAt(index);
		}

		@Override
		public int length() {
			return this.text.length();
		}

		@Override
		public CharSequence subSequence(int start, int end) {
			return this.text.subSequence(start, end);
		}

		@Override
		public String toString() {
			return this.text.toString();
		}

	}

}
