package io.eardrum.diagnostics;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names below {@code eardrum} that mean something: the properties of the server, as
 * the build has listed them, and names of others. A name is compared by its letters, so
 * each way to write it is the same. Immutable.
 */
final class KnownNames {

	/**
	 * Names that are no properties of the server: of the command line, of its start
	 * script, of the compose file, and of the tests of this project.
	 */
	private static final List<String> OF_OTHERS = List.of("eardrum.host", "eardrum.port", "eardrum.tls", "eardrum.ca",
			"eardrum.cert", "eardrum.key", "eardrum.url", "eardrum.out.terminal", "eardrum.err.terminal",
			"eardrum.bind", "eardrum.memory", "eardrum.tcp.publish", "eardrum.http.publish", "eardrum.graphite.publish",
			"eardrum.cluster.tcp.publish", "eardrum.cluster.http.publish", "eardrum.cluster.graphite.publish",
			"eardrum.home", "eardrum.jar", "eardrum.browser", "eardrum.browser.driver", "eardrum.record",
			"eardrum.cassandra.port", "eardrum.test.seed", "eardrum.test.execution");

	/**
	 * What Kubernetes sets for a service in the environment of each pod beside it.
	 */
	private static final Pattern OF_KUBERNETES = Pattern.compile("EARDRUM(_\\w+)?_SERVICE_(HOST|PORT(_\\w+)?)"
			+ "|EARDRUM(_\\w+)?_PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?");

	private static final Pattern ADDRESS_OF_KUBERNETES = Pattern.compile("(tcp|udp|sctp)://.*");

	private static final String LIST = "/META-INF/spring-configuration-metadata.json";

	private static final Pattern LISTED = Pattern.compile("\"name\":\\s*\"(eardrum\\.[a-z0-9.-]+)\"");

	/** How many letters may be wrong in a name that is meant. */
	private static final int MAX_DISTANCE = 4;

	/** By its letters, the name as it is documented; empty for those of others. */
	private final TreeMap<String, String> names = new TreeMap<>();

	/**
	 * Creates the names.
	 * @param properties the properties of the server
	 */
	KnownNames(Collection<String> properties) {
		OF_OTHERS.forEach((name) -> this.names.put(letters(name), ""));
		properties.forEach((name) -> this.names.put(letters(name), name));
	}

	/**
	 * Reads the names that the build has listed.
	 * @return the names
	 */
	static KnownNames ofBuild() {
		try (InputStream list = KnownNames.class.getResourceAsStream(LIST)) {
			String text = (list != null) ? new String(list.readAllBytes(), StandardCharsets.UTF_8) : "";
			return new KnownNames(LISTED.matcher(text).results().map((found) -> found.group(1)).toList());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Returns whether the list of the build was there.
	 * @return {@code false} if nothing is known of the properties of the server
	 */
	boolean areComplete() {
		return this.names.size() > OF_OTHERS.size();
	}

	/**
	 * Returns whether a name means something.
	 * @param name the name of a property or a variable
	 * @return whether it is known
	 */
	boolean isKnown(String name) {
		return this.names.containsKey(letters(name)) || OF_KUBERNETES.matcher(name).matches();
	}

	/**
	 * Returns whether a variable is one that Kubernetes sets beside a service, although
	 * it has the name of a property.
	 * @param name the name of the variable
	 * @param value its value
	 * @return whether it is not meant for this program
	 */
	static boolean isOfKubernetes(String name, String value) {
		return name.startsWith("EARDRUM_") && name.endsWith("_PORT") && ADDRESS_OF_KUBERNETES.matcher(value).matches();
	}

	/**
	 * Returns a name as the documentation has it. A variable of the environment says
	 * nothing of the hyphens in the name of its property.
	 * @param name the name of a property
	 * @return the documented name, or the given one of an element of a list, or one that
	 * is not a property of the server
	 */
	String documented(String name) {
		String documented = (name.indexOf('[') < 0) ? this.names.getOrDefault(letters(name), "") : "";
		return documented.isEmpty() ? name : documented;
	}

	/**
	 * Finds the property that is meant by an unknown name.
	 * @param name the name
	 * @return the property that is most like it, if one is
	 */
	Optional<String> meant(String name) {
		String letters = letters(name);
		return this.names.entrySet()
			.stream()
			.filter((known) -> !known.getValue().isEmpty())
			.filter((known) -> distance(letters, known.getKey()) <= MAX_DISTANCE)
			.min(Comparator.comparingInt((known) -> distance(letters, known.getKey())))
			.map((known) -> known.getValue());
	}

	// Everything from the number of an element on is left out: the binder knows that.
	private static String letters(String name) {
		Matcher element = Pattern.compile("\\[|[._]\\d+([._]|$)").matcher(name);
		String start = element.find() ? name.substring(0, element.start()) : name;
		return start.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
	}

	// The number of letters to add, leave out or replace.
	private static int distance(String one, String other) {
		int[] previous = new int[other.length() + 1];
		for (int j = 0; j < previous.length; j++) {
			previous[j] = j;
		}
		for (int i = 1; i <= one.length(); i++) {
			int[] next = new int[previous.length];
			next[0] = i;
			for (int j = 1; j < next.length; j++) {
				int replaced = previous[j - 1] + ((one.charAt(i - 1) != other.charAt(j - 1)) ? 1 : 0);
				next[j] = Math.min(replaced, 1 + Math.min(previous[j], next[j - 1]));
			}
			previous = next;
		}
		return previous[other.length()];
	}

}
