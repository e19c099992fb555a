package io.eardrum.diagnostics;

import java.util.function.Supplier;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggerContextListener;
import ch.qos.logback.classic.turbo.TurboFilter;

/**
 * Adds a filter to the log again after its configuration has been reloaded, which removes
 * all filters.
 *
 * @param filter returns the filter to add
 */
record LastingFilter(Supplier<TurboFilter> filter) implements LoggerContextListener {

	@Override
	public boolean isResetResistant() {
		return true;
	}

	@Override
	public void onStart(LoggerContext context) {
	}

	@Override
	public void onReset(LoggerContext context) {
		context.addTurboFilter(this.filter.get());
	}

	@Override
	public void onStop(LoggerContext context) {
	}

	@Override
	public void onLevelChange(Logger logger, Level level) {
	}

}
