package io.eardrum.suite.cluster;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What may be said of the order of series: each has a place from some moment between the
 * first put that was sent and the first that was acknowledged, and never changes it.
 */
final class SeriesOrder {

	private SeriesOrder() {
	}

	/**
	 * Finds a series that is listed twice, which also is one whose points don't come
	 * together.
	 * @param names the keys in their order
	 * @return what is wrong, or nothing
	 */
	static String checkUnique(List<String> names) {
		Set<String> found = new HashSet<>();
		for (String name : names) {
			if (!found.add(name)) {
				return name + " is listed twice";
			}
		}
		return "";
	}

	/**
	 * Finds a series that stands before one that had been acknowledged when it was first
	 * sent.
	 * @param names the keys in their order
	 * @param logs what the writers have put
	 * @return what is wrong, or nothing
	 */
	static String checkTimes(List<String> names, List<PutLog> logs) {
		long earliest = Long.MAX_VALUE;
		String holder = "";
		for (int i = names.size() - 1; i >= 0; i--) {
			String name = names.get(i);
			PutLog log = logs.get(PutLog.writer(name));
			if (log.sentNanos(PutLog.key(name)) - earliest > 0) {
				return name + " is listed before " + holder + ", which was acknowledged before it was sent";
			}
			long answered = log.answeredNanos(PutLog.key(name));
			if (answered < earliest) {
				earliest = answered;
				holder = name;
			}
		}
		return "";
	}

	/**
	 * Finds out whether what two lists have in common is in the same order.
	 * @param one the keys in one order, each once
	 * @param other the keys in another one, perhaps not all of them
	 * @return what is wrong, or nothing
	 */
	static String compare(List<String> one, List<String> other) {
		List<String> left = common(one, new HashSet<>(other));
		List<String> right = common(other, new HashSet<>(one));
		for (int i = 0; i < left.size(); i++) {
			if (!left.get(i).equals(right.get(i))) {
				return "place " + i + " has " + left.get(i) + " in one list and " + right.get(i) + " in the other";
			}
		}
		return "";
	}

	private static List<String> common(List<String> names, Set<String> others) {
		return names.stream().filter(others::contains).toList();
	}

}
