package io.eardrum.storage.embedded;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.eardrum.storage.embedded.directory.StoreOpenException;

/**
 * Shows an operator why the store could not be opened, and what to do.
 */
class StoreOpenFailureAnalyzer extends AbstractFailureAnalyzer<StoreOpenException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, StoreOpenException cause) {
		return new FailureAnalysis(cause.getMessage(), cause.action(), cause);
	}

}
