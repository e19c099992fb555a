package io.eardrum.storage;

/**
 * Says that a store can't delete at all.
 */
public final class DeletionUnsupportedException extends StorageException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 */
	public DeletionUnsupportedException() {
		super("This store can't delete");
	}

}
