package io.eardrum.storage.embedded.rocksdb;

/**
 * How a database is opened.
 */
public enum OpenMode {

	/** Made, and written; there must be none. */
	CREATE,

	/** Written; there must be one. */
	EXISTING,

	/** Only read; nothing on the disk is changed. */
	READ_ONLY

}
