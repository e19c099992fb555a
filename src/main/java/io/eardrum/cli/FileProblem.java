package io.eardrum.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * What is wrong with a file, in words: the message of some exceptions is only its name.
 */
final class FileProblem {

	private FileProblem() {
	}

	static String of(IOException ex) {
		if (ex instanceof NoSuchFileException) {
			return "no such file or folder";
		}
		if (ex instanceof AccessDeniedException) {
			return "permission denied";
		}
		if (ex instanceof FileSystemException failure && failure.getReason() != null) {
			return failure.getReason();
		}
		return (ex.getMessage() != null) ? ex.getMessage() : ex.toString();
	}

}
