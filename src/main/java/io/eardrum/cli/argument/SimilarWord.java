package io.eardrum.cli.argument;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * Finds the word that is meant by a misspelt one.
 */
public final class SimilarWord {

	private static final int MAX_DISTANCE = 2;

	private SimilarWord() {
	}

	/**
	 * Finds the word that is most like another one.
	 * @param word what was written
	 * @param words what there is
	 * @return the most similar word, if up to two letters are wrong, missing, too many or
	 * exchanged, and no more than half of them
	 */
	public static Optional<String> among(String word, Collection<String> words) {
		int most = Math.min(MAX_DISTANCE, word.length() / 2);
		return words.stream()
			.filter((known) -> distance(word, known) <= most)
			.min(Comparator.<String>comparingInt((known) -> distance(word, known)).thenComparing((known) -> known));
	}

	private static int distance(String one, String other) {
		int[][] distances = new int[one.length() + 1][other.length() + 1];
		for (int i = 0; i <= one.length(); i++) {
			for (int j = 0; j <= other.length(); j++) {
				distances[i][j] = Math.max(i, j);
				if (i > 0 && j > 0) {
					int replaced = distances[i - 1][j - 1] + ((one.charAt(i - 1) != other.charAt(j - 1)) ? 1 : 0);
					distances[i][j] = Math.min(replaced, 1 + Math.min(distances[i - 1][j], distances[i][j - 1]));
				}
				if (i > 1 && j > 1 && one.charAt(i - 1) == other.charAt(j - 2)
						&& one.charAt(i - 2) == other.charAt(j - 1)) {
					distances[i][j] = Math.min(distances[i][j], distances[i - 2][j - 2] + 1);
				}
			}
		}
		return distances[one.length()][other.length()];
	}

}
