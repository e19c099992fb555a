package io.eardrum.storage.embedded.settings;

/**
 * When an acknowledged batch is safe against power loss. With each of these values, it
 * survives when the process is killed.
 */
public enum Fsync {

	/** Before it is acknowledged. Batches that come at the same time share an fsync. */
	ALWAYS,

	/** A second later. Puts wait once a batch has been waiting for two seconds. */
	EVERYSEC,

	/** When the operating system sees fit. */
	NEVER

}
