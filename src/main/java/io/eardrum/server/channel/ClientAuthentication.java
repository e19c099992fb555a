package io.eardrum.server.channel;

/**
 * Whether clients have to show a certificate.
 */
public enum ClientAuthentication {

	/** They are not asked. */
	NONE,

	/** They are asked, and who shows one that is not trusted is turned away. */
	WANT,

	/** Who shows none that is trusted is turned away. */
	NEED

}
