package io.eardrum.budget;

/**
 * Distinguishes a shortage of threads from a shortage of memory, which Java reports with
 * the same error. A shortage of threads passes, and the process can go on; without memory
 * it has to end.
 */
public final class ThreadShortage {

	private ThreadShortage() {
	}

	/**
	 * Returns whether an error reports a shortage of threads.
	 * @param error the error
	 * @return whether the process can go on
	 */
	public static boolean is(OutOfMemoryError error) {
		String message = error.getMessage();
		return message != null && message.startsWith("unable to create native thread");
	}

	/**
	 * Returns normally if the process can go on after a failure, whatever the failure is.
	 * @param failure the failure
	 * @throws OutOfMemoryError the failure, if there is no memory left
	 */
	public static void require(Throwable failure) {
		if (failure instanceof OutOfMemoryError error && !is(error)) {
			throw error;
		}
	}

}
