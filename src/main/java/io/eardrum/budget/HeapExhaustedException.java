package io.eardrum.budget;

/**
 * Thrown if memory can't be reserved in time, because other requests hold it or because
 * one request asks for more than there can ever be.
 */
public class HeapExhaustedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final HeapUse use;

	HeapExhaustedException(HeapUse use, long bytes) {
		super("There is no room for " + bytes + " bytes of " + use.label() + " (eardrum.heap." + use.label() + ")");
		this.use = use;
	}

	/**
	 * Returns what the memory was for.
	 * @return the use
	 */
	public HeapUse use() {
		return this.use;
	}

}
