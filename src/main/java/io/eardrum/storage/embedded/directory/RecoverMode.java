package io.eardrum.storage.embedded.directory;

/**
 * What a start does with a store that is not as it was left.
 */
public enum RecoverMode {

	/** Refuses to open it. */
	STRICT,

	/** Drops a damaged end such as a power failure may leave. */
	TAIL,

	/** Opens what is there, whatever is missing. */
	ACCEPT

}
