package io.eardrum.server.limit;

/**
 * The memory that clients of all ports may take.
 *
 * @param frames for frames that have been read and not been answered
 * @param unfinishedInput for what clients have begun to send
 * @param unreadReplies for replies that clients do not take
 */
public record ClientMemory(InboundMemoryLimit frames, UnfinishedInputLimit unfinishedInput,
		OutboundMemoryLimit unreadReplies) {

}
