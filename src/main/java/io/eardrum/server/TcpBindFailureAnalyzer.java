package io.eardrum.server;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says which port can't be had, and how to take another one.
 */
final class TcpBindFailureAnalyzer extends AbstractFailureAnalyzer<TcpBindException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, TcpBindException cause) {
		String description = "Eardrum can't listen for metrics on port " + cause.port() + " of " + cause.host() + " ("
				+ reason(cause) + ").";
		String action = "Stop what uses port " + cause.port() + ", or choose another one with eardrum.tcp.port, for "
				+ "example in the environment: EARDRUM_TCP_PORT=8889. The address comes from eardrum.tcp.host "
				+ "(EARDRUM_TCP_HOST) and has to be one of this machine's own.";
		return new FailureAnalysis(description, action, cause);
	}

	private static String reason(TcpBindException exception) {
		Throwable cause = exception.getCause();
		return (cause != null) ? String.valueOf(cause.getMessage()) : "unknown reason";
	}

}
