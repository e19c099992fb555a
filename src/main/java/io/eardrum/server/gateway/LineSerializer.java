package io.eardrum.server.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import org.springframework.core.serializer.Deserializer;
import org.springframework.core.serializer.Serializer;

import io.eardrum.server.command.Frame;
import io.eardrum.server.command.Reply;

/**
 * The LF line format of the port. It reads whole {@linkplain Frame frames} of lines and
 * writes their replies. It holds no state and is safe for any number of threads.
 */
public final class LineSerializer implements Deserializer<Frame>, Serializer<Reply> {

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
	 * @param reply the reply, which must not be used afterwards
	 * @param outputStream where to write
	 * @throws IOException if the client can't be reached
	 */
	@Override
	public void serialize(Reply reply, OutputStream outputStream) throws IOException {
		reply.writeTo(outputStream);
	}

}
