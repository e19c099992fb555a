package io.eardrum.web.http.admission;

import java.io.IOException;

import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Sets the connection of each request as an attribute of the request.
 */
public final class ClientConnectionValve extends ValveBase {

	/** Creates the valve, for requests on any thread. */
	public ClientConnectionValve() {
		super(true);
	}

	@Override
	public void invoke(Request request, Response response) throws IOException, ServletException {
		request.setAttribute(ClientConnection.ATTRIBUTE, new TomcatConnection(request));
		getNext().invoke(request, response);
	}

}
