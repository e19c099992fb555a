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
 * Says in words what is wrong with a file, because the message of some exceptions is only
 * the name of the file, or nothing.
 */
public final class FileProblem {

	private FileProblem() {
	}

	/**
	 * Returns what is wrong.
	 * @param ex an {@link IOException}, or an {@link UncheckedIOException}, which may say
	 * nothing besides its cause
	 * @return what is wrong, without the name of the file unless a message names it
	 */
	public static String of(Exception ex) {
		if (ex instanceof NoSuchFileException) {
			return "no such file or folder";
		}
		if (ex instanceof AccessDeniedException) {
			return "permission denied";
		}
		if (ex instanceof FileAlreadyExistsException) {
			return "a file of that name exists already";
		}
		if (ex instanceof NotDirectoryException) {
			return "it is not a folder";
		}
		if (ex instanceof DirectoryNotEmptyException) {
			return "it is a folder that is not empty";
		}
		if (ex instanceof FileSystemLoopException) {
			return "its links form a loop";
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
			return "it is not text";
		}
		if (ex instanceof ZipException) {
			return "its compressed data is damaged";
		}
		String message = ex.getMessage();
		if (message != null && !isRaw(ex)) {
			return message;
		}
		return (ex instanceof UncheckedIOException && ex.getCause() instanceof IOException cause) ? of(cause)
				: "it can't be read or written";
	}

	// An exception that was made of its cause alone has the text of the cause as its
	// message, with the name of its class.
	private static boolean isRaw(Exception ex) {
		Throwable cause = ex.getCause();
		return cause != null && cause.toString().equals(ex.getMessage());
	}

}
