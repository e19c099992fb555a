package io.eardrum.server;

import java.util.Locale;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.eardrum.server.gateway.PortBindException;
import io.eardrum.server.gateway.PortSettings;

/**
 * Explains which port is not available, and how to choose another one.
 */
public final class PortBindFailureAnalyzer extends AbstractFailureAnalyzer<PortBindException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, PortBindException cause) {
		PortSettings settings = cause.settings();
		int port = settings.port();
		int another = (port < PortSettings.MAX_PORT) ? port + 1 : port - 1;
		String description = "Eardrum can't listen for metrics on port " + port + " of " + settings.host() + " ("
				+ reason(cause) + ").";
		String host = settings.hostProperty() + " (" + variable(settings.hostProperty()) + ")";
		String action = isOfAddress(cause)
				? "Set " + host + " to an address of this machine, or to 0.0.0.0 for all of its addresses."
				: "Stop what uses port " + port
						+ " (another port of this server may be the same one), or choose another " + "one with "
						+ settings.portProperty() + ", for example in the environment: "
						+ variable(settings.portProperty()) + "=" + another + ". The address comes from " + host + ".";
		return new FailureAnalysis(description, action, cause);
	}

	private static boolean isOfAddress(PortBindException exception) {
		return reason(exception).contains("requested address");
	}

	private static String variable(String property) {
		return property.replace('.', '_').toUpperCase(Locale.ROOT);
	}

	private static String reason(PortBindException exception) {
		Throwable cause = exception.getCause();
		return (cause != null) ? String.valueOf(cause.getMessage()) : "unknown reason";
	}

}
