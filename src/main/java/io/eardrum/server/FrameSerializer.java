package io.eardrum.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import org.springframework.core.serializer.Deserializer;
import org.springframework.core.serializer.Serializer;

/**
 * The LF line format of the port: reads whole {@linkplain Frame frames} of lines and
 * writes their replies. Holds no state; safe for any thread.
 */
final class FrameSerializer implements Deserializer<Frame>, Serializer<FrameReply> {

	/**
	 * Returns the frame that has arrived on a connection.
	 * @param inputStream the stream of a {@link GatewayConnection}
	 * @return the frame
	 */
	@Override
	public Frame deserialize(InputStream inputStream) {
		return ((FrameInputStream) inputStream).readFrame();
	}

	/**
	 * Writes what is left of a reply, in one write.
	 * @param reply the reply; not to be used any more afterwards
	 * @param outputStream where to write
	 * @throws IOException if the client can't be reached
	 */
	@Override
	public void serialize(FrameReply reply, OutputStream outputStream) throws IOException {
		reply.writeTo(outputStream);
	}

}
