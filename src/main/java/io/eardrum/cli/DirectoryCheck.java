package io.eardrum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Checks the store in a directory. The command line itself does not know any store.
 */
@FunctionalInterface
public interface DirectoryCheck {

	/**
	 * Checks a store that no process has open, and changes nothing.
	 * @param directory the directory of the store
	 * @param progress receives how far the check has come
	 * @return what was found
	 * @throws IOException if the store can't be checked; the message says why in a
	 * sentence
	 */
	Verdict check(Path directory, Progress progress) throws IOException;

	/**
	 * The result of a check.
	 *
	 * @param whole whether nothing is damaged
	 * @param lines the report, line by line
	 */
	record Verdict(boolean whole, List<String> lines) {

		public Verdict {
			lines = List.copyOf(lines);
		}

	}

	/**
	 * Receives how far a check has come, on the thread that checks.
	 */
	@FunctionalInterface
	interface Progress {

		/**
		 * Receives how far the check has come.
		 * @param what what is being read
		 * @param bytes how many bytes have been read
		 * @param totalBytes how many bytes there are to read
		 */
		void at(String what, long bytes, long totalBytes);

	}

}
