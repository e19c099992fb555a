package io.eardrum.protocol;

/**
 * What the protocol bounds.
 *
 * @param maxLineLength how many bytes a line may have, its end (LF, and a CR before it)
 * not counted
 * @param maxKeyLength how many bytes a key may have
 */
public record ProtocolLimits(int maxLineLength, int maxKeyLength) {

	/**
	 * The limits that hold where nothing else is configured.
	 */
	public static final ProtocolLimits DEFAULTS = new ProtocolLimits(4096, 512);

}
