package io.eardrum.web.event;

/**
 * Is told of clients of the HTTP ports that are not served, to count them. Called by many
 * threads at once; must be quick and must not throw.
 */
@FunctionalInterface
public interface HttpObserver {

	/**
	 * A request was not served, or a connection was ended.
	 * @param reason why
	 */
	void refused(HttpRefusal reason);

}
