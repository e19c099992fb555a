package io.eardrum.server.limit;

/**
 * The limits of the memory that the clients of all ports may take together.
 *
 * @param frames limits frames that have been read but not answered yet
 * @param unfinishedInput limits input that clients have begun to send
 * @param unreadReplies limits replies that clients do not read
 */
public record ClientMemory(InboundMemoryLimit frames, UnfinishedInputLimit unfinishedInput,
		OutboundMemoryLimit unreadReplies) {

}
