package io.eardrum.web.reply;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.channels.SocketChannel;

import org.apache.catalina.connector.Request;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.ActionCode;
import org.apache.coyote.ProtocolHandler;
import org.apache.tomcat.util.net.AbstractEndpoint;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection of a request in Tomcat.
 */
final class TomcatConnection implements ClientConnection {

	private static final Logger logger = LoggerFactory.getLogger(TomcatConnection.class);

	private final org.apache.coyote.Request request;

	private final ProtocolHandler protocol;

	private final String address;

	private final int port;

	TomcatConnection(Request request) {
		this.request = request.getCoyoteRequest();
		this.protocol = request.getConnector().getProtocolHandler();
		this.address = request.getPeerAddr();
		this.port = request.getRemotePort();
	}

	// While a body is on its way, whoever reads it notices. Bytes of a next request stay
	// in the buffer, and are not looked for again. The end
	// of the stream counts as a byte that is there, for a read to find it, but never gets
	// into the buffer, and is there at the second look, too.
	@Override
	public boolean hasLeft() {
		if (!this.request.isFinished()) {
			return false;
		}
		for (int look = 0; look < 2; look++) {
			this.request.action(ActionCode.AVAILABLE, true);
			boolean readable = this.request.getAvailable() > 0;
			this.request.setAvailable(0);
			if (!readable) {
				return false;
			}
		}
		return true;
	}

	// To close it would not wake the thread that waits for it, and is the container's
	// affair. Once both directions are shut, that thread's read or write fails.
	@Override
	public void end() {
		try {
			SocketChannel channel = channel();
			if (channel != null) {
				channel.shutdownInput();
				channel.shutdownOutput();
			}
		}
		catch (IOException ex) {
			logger.debug("The connection of {} has ended by itself", this.address, ex);
		}
	}

	private @Nullable SocketChannel channel() {
		for (SocketWrapperBase<?> each : endpoint().getConnections()) {
			if (each.getRemotePort() == this.port && this.address.equals(each.getRemoteAddr())
					&& each.getSocket() instanceof NioChannel channel) {
				return channel.getIOChannel();
			}
		}
		return null;
	}

	private AbstractEndpoint<?, ?> endpoint() {
		try {
			// There is no other way to the sockets.
			Method method = AbstractProtocol.class.getDeclaredMethod("getEndpoint");
			method.setAccessible(true);
			return (AbstractEndpoint<?, ?>) method.invoke(this.protocol);
		}
		catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException ex) {
			throw new IllegalStateException("This Tomcat has no endpoints", ex);
		}
	}

}
