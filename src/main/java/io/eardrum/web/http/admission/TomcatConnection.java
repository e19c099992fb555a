package io.eardrum.web.http.admission;

import org.apache.catalina.connector.Request;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;

import io.eardrum.web.connector.HttpConnection;

/**
 * The connection of a request in Tomcat.
 */
final class TomcatConnection implements ClientConnection {

	private final org.apache.coyote.Request request;

	private final @Nullable HttpConnection connection;

	TomcatConnection(Request request) {
		this.request = request.getCoyoteRequest();
		this.connection = HttpConnection.of(request);
	}

	// While a body is arriving, its reader notices that the client has left. Bytes of the
	// next request stay in the buffer, so the second look does not find them again. The
	// end of the stream counts as an available byte, so that a read finds it. It never
	// gets into the buffer, so the second look finds it too.
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

	@Override
	public void end() {
		if (this.connection != null) {
			this.connection.shutDown();
		}
	}

}
