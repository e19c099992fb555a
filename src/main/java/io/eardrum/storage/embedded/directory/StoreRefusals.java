package io.eardrum.storage.embedded.directory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.embedded.directory.examination.StoreExamination;
import io.eardrum.storage.embedded.directory.examination.TornTail;
import io.eardrum.storage.embedded.directory.seal.Finding;

/**
 * Explains to an operator why a store is refused because of its files, and what to do.
 */
final class StoreRefusals {

	private static final String WHAT_TO_DO = "Points that were acknowledged may be lost, so Eardrum doesn't start "
			+ "with it. Keep a copy of the directory, check the disk, and set " + "eardrum.storage.path to a backup.";

	private static final String UNCHANGED = " No file has been changed.";

	private final Path path;

	private final boolean trusting;

	/**
	 * Creates the refusals of a store.
	 * @param path its directory
	 * @param trusting whether the store is to be opened as it is
	 */
	StoreRefusals(Path path, boolean trusting) {
		this.path = path;
		this.trusting = trusting;
	}

	/**
	 * Returns the refusal of a directory that can't be used.
	 * @param path the directory
	 * @param ex what was thrown
	 * @return the refusal
	 */
	static StoreOpenException unreadable(Path path, IOException ex) {
		return new StoreOpenException("The directory " + path + " can't be read or written: " + ex,
				"Check that this user may read and write it and all files in it, and that its disk works and has "
						+ "space left.",
				ex);
	}

	/**
	 * Refuses the store if anything is wrong with its files.
	 * @param examination the result of the examination
	 * @throws StoreOpenException if anything is wrong
	 */
	void ensureWhole(StoreExamination examination) {
		List<Finding> findings = examination.findings();
		TornTail tail = examination.tail();
		if (tail != null) {
			throw new StoreOpenException(damaged(describe(tail)), WHAT_TO_DO + UNCHANGED + hint(tail), null);
		}
		if (findings.isEmpty()) {
			return;
		}
		if (examination.isOccupied()) {
			throw new StoreOpenException("No store can be made in " + this.path + ": " + describe(findings) + ".",
					"Set eardrum.storage.path to an empty directory, or to one that has a store.", null);
		}
		throw new StoreOpenException(
				damaged(describe(findings)), WHAT_TO_DO
						+ " If the files were copied, copy all of them again, into an empty directory." + lastResort(),
				null);
	}

	private String lastResort() {
		return this.trusting ? ""
				: " If there is no backup, one start with eardrum.storage.recover=accept takes what is left.";
	}

	private String describe(List<Finding> findings) {
		return findings.stream()
			.limit(10)
			.map((finding) -> this.path.resolve(finding.file()) + " " + finding.problem())
			.collect(Collectors.joining("; "))
				+ ((findings.size() > 10) ? "; and " + (findings.size() - 10) + " more" : "");
	}

	private String describe(TornTail tail) {
		Path file = this.path.resolve(tail.file());
		return tail.isOfCurrent() ? file + " names a MANIFEST that is missing, and " + tail.manifest() + " is there"
				: file + " can't be read from byte " + tail.position() + " on";
	}

	private static String hint(TornTail tail) {
		String dropped = tail.isOfCurrent()
				? "one start with eardrum.storage.recover=tail goes back to the file before."
				: "the damaged part may be what was being written then, the last " + tail.bytes()
						+ " bytes of the log, with " + tail.readableRecords()
						+ " readable records behind the damage; one start with eardrum.storage.recover=tail drops them.";
		return " If the power failed: " + dropped;
	}

	/**
	 * Returns the refusal of a damaged store.
	 * @param what what is wrong, naming the file if it is known
	 * @param cause what was thrown, if anything
	 * @return the refusal
	 */
	StoreOpenException damaged(String what, @Nullable Throwable cause) {
		return new StoreOpenException(damaged(what), WHAT_TO_DO + lastResort(), cause);
	}

	private String damaged(String what) {
		return "The store in " + this.path + " is damaged: " + what;
	}

}
