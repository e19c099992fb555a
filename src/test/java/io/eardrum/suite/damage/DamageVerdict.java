package io.eardrum.suite.damage;

/**
 * What comes of a damage to a store, the worst first.
 */
enum DamageVerdict {

	/** It opens, and points that had to be kept are missing, or there are wrong ones. */
	SILENT(true),

	/** A start neither ends nor is ready. */
	HANGS(true),

	/** It is refused, and with the undamaged files put back it is still not whole. */
	DESTROYED(true),

	/** It is refused once, and not the second time. */
	REFUSED_THEN_OPENED(true),

	/**
	 * The refusal advises to drop the end of the log, and that fails, or takes what had
	 * to be kept.
	 */
	BAD_HINT(true),

	/** It is refused, and files are not as they were before. */
	CHANGED(true),

	/**
	 * It is refused for what a power failure may leave, without the advice that helps
	 * then.
	 */
	NO_HINT(true),

	/**
	 * It opens and seems whole, but takes no put, or isn't whole at the next start, and
	 * not because of damage that is named.
	 */
	SECOND_START(true),

	/** What is said names other files than the damaged one. */
	WRONG_FILE(true),

	/** What is said names no file at all. */
	UNNAMED(true),

	/**
	 * It opens, and what reads the damaged part later fails with the name of the file.
	 */
	READ_FAILS(false),

	/** It is refused as it should be. */
	REFUSED(false),

	/** It opens without some of the last points, which nothing can tell. */
	PERMITTED_LOSS(false),

	/** It opens, and everything is there. */
	WHOLE(false),

	/** The damage has changed nothing. */
	NO_DAMAGE(false);

	private final boolean violation;

	DamageVerdict(boolean violation) {
		this.violation = violation;
	}

	/**
	 * Returns whether that must not be.
	 * @param named whether what is said must name the file
	 * @return whether the suite fails of it
	 */
	boolean isViolation(boolean named) {
		return this.violation && (named || (this != WRONG_FILE && this != UNNAMED));
	}

}
