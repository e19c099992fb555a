package io.eardrum.diagnostics;

import java.util.List;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LogLimit}.
 */
class LogLimitTests {

	private final LoggerContext context = new LoggerContext();

	private final Logger logger = this.context.getLogger("some.class");

	private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

	private long now = -7;

	@BeforeEach
	void limit() {
		Logger root = this.context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
		root.setLevel(Level.INFO);
		this.appender.start();
		root.addAppender(this.appender);
		new LogLimit(100, () -> this.now).addTo(this.context);
	}

	@Test
	void linesOfASecondAreLimitedAndCounted() {
		for (int i = 0; i < 1000; i++) {
			this.logger.warn("line {}", i);
		}
		assertThat(lines()).hasSize(101)
			.startsWith("line 0", "line 1")
			.element(100)
			.asString()
			.contains("More than 100");
		assertThat(LogLimit.leftOut(this.context)).isEqualTo(900);
		this.now += TimeUnit.SECONDS.toNanos(1);
		this.logger.info("later");
		assertThat(lines().subList(101, 103)).first().asString().startsWith("900 lines were left out");
		assertThat(lines()).last().isEqualTo("later");
		assertThat(lines()).hasSize(103);
	}

	@Test
	void errorsAreLoggedBesideAFloodOfOthers() {
		for (int i = 0; i < 1000; i++) {
			this.logger.info("line");
		}
		for (int i = 0; i < 1000; i++) {
			this.logger.error("failed", new IllegalStateException());
		}
		assertThat(lines()).filteredOn("failed"::equals).hasSize(100);
	}

	@Test
	void whatIsNotLoggedIsNotCounted() {
		for (int i = 0; i < 1000; i++) {
			this.logger.debug("not here");
			assertThat(this.logger.isInfoEnabled()).isTrue();
			assertThat(this.logger.isDebugEnabled()).isFalse();
		}
		this.logger.setLevel(Level.DEBUG);
		for (int i = 0; i < 1000; i++) {
			this.logger.debug("wanted");
		}
		assertThat(lines()).hasSize(1000).containsOnly("wanted");
		assertThat(LogLimit.leftOut(this.context)).isZero();
	}

	// As it is when logback watches its own file, and that has changed.
	@Test
	void logThatIsConfiguredAnewIsStillLimited() {
		this.context.reset();
		assertThat(this.context.getTurboFilterList()).hasSize(1);
	}

	private List<String> lines() {
		return this.appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
	}

}
