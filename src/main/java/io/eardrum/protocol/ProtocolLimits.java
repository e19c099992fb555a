package io.eardrum.protocol;

/**
 * The limits of the protocol. The server has one object of this type, from its
 * configuration.
 *
 * @param maxLineLength how many bytes a line may have, its end (LF, and a CR before it)
 * not counted
 * @param maxKeyLength how many bytes a key may have
 */
public record ProtocolLimits(int maxLineLength, int maxKeyLength) {

	/**
	 * The default limits.
	 */
	public static final ProtocolLimits DEFAULTS = new ProtocolLimits(4096, 512);

}
