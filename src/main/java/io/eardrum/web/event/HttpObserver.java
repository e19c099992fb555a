package io.eardrum.web.event;

/**
 * Counts clients of the HTTP ports that are not served. Many threads call it at once. An
 * implementation must be quick and must not throw.
 */
@FunctionalInterface
public interface HttpObserver {

	/**
	 * Notes that a request was not served, or that a connection was ended.
	 * @param reason the reason
	 */
	void refused(HttpRefusal reason);

}
