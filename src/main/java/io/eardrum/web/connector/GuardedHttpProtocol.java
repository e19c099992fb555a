package io.eardrum.web.connector;

import java.nio.channels.SocketChannel;

import org.apache.coyote.Adapter;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 over the container's connections, which a {@link GuardedEndpoint} keeps within
 * bounds. This class notifies the connection when the head of a request is complete, and
 * when the request has been answered. It is public because the container creates it by
 * its name.
 */
public final class GuardedHttpProtocol extends Http11NioProtocol {

	private final GuardedEndpoint endpoint;

	/**
	 * Creates the protocol. It accepts no connection until {@link #guard} has set the
	 * rules.
	 */
	public GuardedHttpProtocol() {
		this(new GuardedEndpoint());
	}

	private GuardedHttpProtocol(GuardedEndpoint endpoint) {
		super(endpoint);
		this.endpoint = endpoint;
	}

	void guard(ConnectionRules rules) {
		this.endpoint.guard(rules);
	}

	@Override
	protected Processor createProcessor() {
		WatchedAdapter watched = new WatchedAdapter(getAdapter());
		WatchedProcessor processor = new WatchedProcessor(this, watched);
		watched.processor = processor;
		return processor;
	}

	private static final class WatchedProcessor extends Http11Processor {

		WatchedProcessor(GuardedHttpProtocol protocol, Adapter adapter) {
			super(protocol, adapter);
		}

		@Nullable SocketChannel channel() {
			SocketWrapperBase<?> wrapper = getSocketWrapper();
			return (wrapper != null && wrapper.getSocket() instanceof NioChannel channel) ? channel.getIOChannel()
					: null;
		}

	}

	/**
	 * Stands between one processor and the container. The processor calls it when a head
	 * is complete.
	 */
	private final class WatchedAdapter implements Adapter {

		private final Adapter container;

		private @Nullable WatchedProcessor processor;

		WatchedAdapter(Adapter container) {
			this.container = container;
		}

		@Override
		public void service(Request request, Response response) throws Exception {
			HttpConnection connection = connection();
			if (connection == null) {
				this.container.service(request, response);
				return;
			}
			connection.beginRequest();
			request.setAttribute(HttpConnection.ATTRIBUTE, connection);
			try {
				this.container.service(request, response);
			}
			finally {
				connection.endRequest();
			}
		}

		private @Nullable HttpConnection connection() {
			WatchedProcessor current = this.processor;
			SocketChannel channel = (current != null) ? current.channel() : null;
			return (channel != null) ? GuardedHttpProtocol.this.endpoint.connection(channel) : null;
		}

		@Override
		public boolean prepare(Request request, Response response) throws Exception {
			return this.container.prepare(request, response);
		}

		@Override
		public boolean asyncDispatch(Request request, Response response, SocketEvent status) throws Exception {
			return this.container.asyncDispatch(request, response, status);
		}

		@Override
		public void log(Request request, Response response, long time) {
			this.container.log(request, response, time);
		}

		@Override
		public void checkRecycled(Request request, Response response) {
			this.container.checkRecycled(request, response);
		}

		@Override
		public String getDomain() {
			return this.container.getDomain();
		}

	}

}
