package io.eardrum.storage.embedded.directory;

/**
 * What to do with a store that is not as it was left.
 */
public enum RecoverMode {

	/** Don't open it. */
	STRICT,

	/** Drop the damaged end that a power failure may leave. */
	TAIL,

	/** Take what is there, whatever lacks. */
	ACCEPT

}
