package io.eardrum.storage.embedded.directory.seal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

/**
 * A small text file whose last line is a checksum of the others, so that a part of it is
 * not taken for the whole file.
 */
final class SealedText {

	private static final String SEAL = "crc ";

	private static final long MAX_BYTES = 64 << 20;

	private SealedText() {
	}

	// Replaces a file. Whenever the power fails, either the old or the new file is there,
	// completely.
	static void write(Path file, List<String> lines) throws IOException {
		StringBuilder text = new StringBuilder();
		for (String line : lines) {
			text.append(line).append('\n');
		}
		String seal = SEAL + checksum(text.toString());
		text.append(seal).append('\n');
		Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
		try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
				StandardOpenOption.TRUNCATE_EXISTING)) {
			ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
			while (bytes.hasRemaining()) {
				channel.write(bytes);
			}
			channel.force(true);
		}
		Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
		Path parent = file.getParent();
		if (parent != null) {
			DiskSync.directory(parent);
		}
	}

	// Returns the lines without the checksum, or null if the checksum does not match.
	static @Nullable List<String> read(Path file) throws IOException {
		if (Files.size(file) > MAX_BYTES) {
			return null;
		}
		String text = Files.readString(file, StandardCharsets.ISO_8859_1);
		int seal = text.lastIndexOf('\n', text.length() - 2) + 1;
		String sealed = text.substring(0, seal);
		if (!text.substring(seal).equals(SEAL + checksum(sealed) + "\n")) {
			return null;
		}
		return sealed.lines().toList();
	}

	private static String checksum(String text) {
		CRC32C checksum = new CRC32C();
		checksum.update(text.getBytes(StandardCharsets.ISO_8859_1));
		return hex(checksum.getValue());
	}

	static String hex(long checksum) {
		return String.format("%08x", checksum);
	}

}
