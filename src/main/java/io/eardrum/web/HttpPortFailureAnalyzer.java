package io.eardrum.web;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Says how to choose another HTTP port. The framework's own analyzer names no property.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class HttpPortFailureAnalyzer extends AbstractFailureAnalyzer<PortInUseException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, PortInUseException cause) {
		int port = cause.getPort();
		return new FailureAnalysis("Eardrum can't listen for HTTP on port " + port + ": something else uses it.",
				"Stop what uses port " + port + ", or choose another one with server.port, for example in the "
						+ "environment: SERVER_PORT=" + ((port < 65_535) ? port + 1 : port - 1) + ".",
				cause);
	}

}
