package io.eardrum.cli.format;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The tags of a series, as carbon writes them into its name:
 * {@code name;first=value;second=value}, sorted. Texts that carbon would refuse are
 * refused here.
 */
final class Tags {

	// Bytes of UTF-8 sort as code points do.
	private static final Comparator<String> CODE_POINTS = Comparator
		.comparing((text) -> text.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

	private final Set<String> names = new HashSet<>();

	private final List<String> tags = new ArrayList<>();

	/**
	 * Adds a tag.
	 * @param tag its name
	 * @param value its value
	 * @throws RejectedException if the name of a series can't have this tag
	 */
	void add(String tag, String value) throws RejectedException {
		if (tag.isEmpty() || tag.chars().anyMatch((character) -> ";!^=".indexOf(character) >= 0)) {
			throw new RejectedException(
					"the name of the tag '" + tag + "' is empty, or has one of ; ! ^ = in it, which Graphite refuses");
		}
		if (tag.equals("name")) {
			throw new RejectedException("the tag 'name' is, in Graphite, the name of the series itself");
		}
		if (value.isEmpty() || value.indexOf(';') >= 0 || value.startsWith("~")) {
			throw new RejectedException("the value '" + value + "' of the tag '" + tag
					+ "' is empty, has a ; in it, or begins with ~, which Graphite refuses");
		}
		if (!this.names.add(tag)) {
			throw new RejectedException("the tag '" + tag + "' is there twice");
		}
		this.tags.add(";" + tag + "=" + value);
	}

	/**
	 * Returns the key of a series with these tags.
	 * @param name the name of the series
	 * @return the key
	 * @throws RejectedException if the name is empty, or would begin a tag
	 */
	String keyOf(String name) throws RejectedException {
		if (name.isEmpty() || name.indexOf(';') >= 0) {
			throw new RejectedException("the name '" + name + "' is empty, or has a ; in it, which begins a tag");
		}
		this.tags.sort(CODE_POINTS);
		return name + String.join("", this.tags);
	}

}
