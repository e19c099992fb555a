package io.eardrum.storage.embedded.rocksdb;

/**
 * How a database is opened.
 */
public enum OpenMode {

	/** Creates the database and opens it for writing. There must not be one yet. */
	CREATE,

	/** Opens an existing database for writing. */
	EXISTING,

	/** Opens an existing database for reading only. Nothing on the disk is changed. */
	READ_ONLY

}
