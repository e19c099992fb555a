package io.eardrum.cli.file;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that was named on the command line, or {@code -} for the standard stream of the
 * command.
 *
 * @param name its name as it was given, for messages
 * @param path where it is; its {@code toString} may not show its real name
 */
public record FileArgument(String name, Path path) {

	/**
	 * Returns whether the argument means the standard stream, as {@code -} or as its
	 * device. Opening the device again is not always possible, and would begin at another
	 * place of a file.
	 * @param descriptor the number of the stream, 0 or 1
	 * @param device its device, such as {@code /dev/stdin}
	 * @return whether to use the standard stream instead of opening a file
	 */
	public boolean isStandard(int descriptor, String device) {
		return this.name.equals("-") || this.name.equals(device) || this.name.equals("/dev/fd/" + descriptor)
				|| this.name.equals("/proc/self/fd/" + descriptor);
	}

	/**
	 * Returns whether it is a file with a length, and not a device, pipe or folder.
	 * @return whether it is a regular file
	 */
	public boolean isRegular() {
		return Files.isRegularFile(this.path);
	}

	/**
	 * Returns whether the name is that of an open descriptor, behind which there may be
	 * something without a name, such as a pipe.
	 * @return whether it names a descriptor
	 */
	public boolean isDescriptor() {
		return this.name.startsWith("/dev/fd/") || this.name.startsWith("/dev/std")
				|| this.name.matches("/proc/[^/]+/fd/.*");
	}

	/**
	 * Returns whether its name is that of compressed data.
	 * @return whether it ends in {@code .gz}, in small letters or capitals
	 */
	public boolean endsInGz() {
		return this.name.regionMatches(true, this.name.length() - 3, ".gz", 0, 3);
	}

}
