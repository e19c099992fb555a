package io.eardrum.web.reply;

import java.io.IOException;

import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Gives each request the connection that it came by.
 */
final class ClientConnectionValve extends ValveBase {

	ClientConnectionValve() {
		super(true);
	}

	@Override
	public void invoke(Request request, Response response) throws IOException, ServletException {
		request.setAttribute(ClientConnection.ATTRIBUTE, new TomcatConnection(request));
		getNext().invoke(request, response);
	}

}
