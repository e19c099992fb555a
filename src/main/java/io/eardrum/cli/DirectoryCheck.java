package io.eardrum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads the store in a directory and judges it. The command line itself knows no store.
 */
@FunctionalInterface
public interface DirectoryCheck {

	/**
	 * Checks a store that nobody has open, and changes nothing.
	 * @param directory the directory of the store
	 * @param progress is told how far it has come
	 * @return what was found
	 * @throws IOException if the store can't be checked; the message says why in a
	 * sentence
	 */
	Verdict check(Path directory, Progress progress) throws IOException;

	/**
	 * What was found.
	 *
	 * @param whole whether nothing is damaged
	 * @param lines what to tell about it, line by line
	 */
	record Verdict(boolean whole, List<String> lines) {

		public Verdict {
			lines = List.copyOf(lines);
		}

	}

	/**
	 * Is told how far a check has come, in the thread that checks.
	 */
	@FunctionalInterface
	interface Progress {

		/**
		 * Tells how far it has come.
		 * @param what what is being read
		 * @param bytes how much has been read
		 * @param totalBytes how much there is to be read
		 */
		void at(String what, long bytes, long totalBytes);

	}

}
