package io.eardrum.storage.embedded.settings;

/**
 * When an acknowledged batch is safe against power loss. All of them keep it when the
 * process is killed.
 */
public enum Fsync {

	/** Before it is acknowledged; batches that come at the same time share an fsync. */
	ALWAYS,

	/** A second later; puts wait once one has been waiting for two. */
	EVERYSEC,

	/** When the operating system sees fit. */
	NEVER

}
