package io.eardrum.cli.file;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.zip.ZipException;

/**
 * What is wrong with a file, in words: the message of some exceptions is only its name,
 * or nothing.
 */
public final class FileProblem {

	private FileProblem() {
	}

	/**
	 * Returns what is wrong.
	 * @param ex the exception
	 * @return what is wrong, without the name of the file
	 */
	public static String of(IOException ex) {
		if (ex instanceof NoSuchFileException) {
			return "no such file or folder";
		}
		if (ex instanceof AccessDeniedException) {
			return "permission denied";
		}
		if (ex instanceof FileAlreadyExistsException) {
			return "there is a file of that name";
		}
		if (ex instanceof NotDirectoryException) {
			return "it is no folder";
		}
		if (ex instanceof DirectoryNotEmptyException) {
			return "it is a folder that is not empty";
		}
		if (ex instanceof FileSystemLoopException) {
			return "its links go round in circles";
		}
		if (ex instanceof FileSystemException failure) {
			return (failure.getReason() != null) ? failure.getReason() : "the file system refuses it";
		}
		if (ex instanceof FileNotFoundException && ex.getMessage() != null) {
			return ex.getMessage();
		}
		if (ex instanceof EOFException) {
			return "it is cut off";
		}
		if (ex instanceof CharacterCodingException) {
			return "it is no text";
		}
		if (ex instanceof ZipException) {
			return "what is compressed in it is damaged";
		}
		return (ex.getMessage() != null && !isRaw(ex)) ? ex.getMessage() : "it can't be read or written";
	}

	/**
	 * Returns what is wrong, where an exception may have nothing to say besides its
	 * cause.
	 * @param ex the exception
	 * @return its message, or what is wrong with its cause
	 */
	public static String of(UncheckedIOException ex) {
		String message = ex.getMessage();
		IOException cause = ex.getCause();
		if (message != null && !isRaw(ex)) {
			return message;
		}
		return (cause != null) ? of(cause) : "it can't be read or written";
	}

	// The text of an exception that has none but its cause is that of the cause, with the
	// name of its class.
	private static boolean isRaw(Exception ex) {
		Throwable cause = ex.getCause();
		return cause != null && cause.toString().equals(ex.getMessage());
	}

}
