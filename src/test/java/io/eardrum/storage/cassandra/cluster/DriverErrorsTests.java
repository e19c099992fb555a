package io.eardrum.storage.cassandra.cluster;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.metadata.Node;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link DriverErrors}.
 */
class DriverErrorsTests {

	@Test
	void describesWhatWentWrongInOneLine() {
		assertThat(DriverErrors.describe(new DriverTimeoutException("Query timed out after PT5S")))
			.isEqualTo("Query timed out after PT5S");
		assertThat(DriverErrors.describe(new CompletionException(new IOException("no route")))).isEqualTo("no route");
		assertThat(DriverErrors.describe(new IllegalStateException())).isEqualTo("IllegalStateException");
		assertThat(DriverErrors.describe(null)).isEqualTo("unknown");
	}

	@Test
	void addsWhatTheCauseSays() {
		assertThat(DriverErrors.describe(new IOException("can't connect", new IOException("Connection refused"))))
			.isEqualTo("can't connect: Connection refused");
		assertThat(DriverErrors
			.describe(new IOException("Connection refused, again", new IOException("Connection refused"))))
			.isEqualTo("Connection refused, again");
	}

	@Test
	void findsTheLackOfMemoryThatAFailureComesFrom() {
		OutOfMemoryError error = new OutOfMemoryError("Java heap space");
		assertThat(DriverErrors.outOfMemory(error)).isSameAs(error);
		assertThat(DriverErrors.outOfMemory(new CompletionException(new IOException(error)))).isSameAs(error);
		assertThat(DriverErrors.outOfMemory(AllNodesFailedException
			.fromErrors(List.of(Map.entry(mock(Node.class), new IOException()), Map.entry(mock(Node.class), error)))))
			.isSameAs(error);
		assertThat(DriverErrors.outOfMemory(new IOException(new IllegalStateException()))).isNull();
		assertThat(DriverErrors.outOfMemory(new OutOfMemoryError("unable to create native thread"))).isNull();
		assertThat(DriverErrors.outOfMemory(null)).isNull();
	}

	@Test
	void causesThatGoRoundInACircleHaveAnEnd() {
		IOException first = new IOException();
		first.initCause(new IOException(first));
		assertThat(DriverErrors.outOfMemory(first)).isNull();
	}

	@Test
	void isTheSameForEachAttempt() {
		String first = DriverErrors.describe(new IOException("[s0|id: 0x4711, L:?] Protocol error"));
		assertThat(first).isEqualTo("Protocol error");
		assertThat(DriverErrors.describe(new IOException("[s4|control|connecting...] Protocol error")))
			.isEqualTo(first);
	}

}
