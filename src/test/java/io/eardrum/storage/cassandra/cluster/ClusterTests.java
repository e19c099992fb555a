package io.eardrum.storage.cassandra.cluster;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.metadata.Metadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.storage.StorageException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.timeout;

/**
 * Tests for {@link Cluster}.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterTests {

	private final CqlSession driver = mock(CqlSession.class);

	private final Connector connector = mock(Connector.class);

	private final ClusterClock clock = mock(ClusterClock.class);

	private final CountDownLatch connecting = new CountDownLatch(1);

	private final CountDownLatch goOn = new CountDownLatch(1);

	private final CountDownLatch used = new CountDownLatch(1);

	@Test
	void sessionIsClosedThatIsThereOnlyAfterClosing() throws Exception {
		Cluster cluster = cluster();
		this.connecting.await();
		// It waits no longer than for the thread to be told.
		Thread.currentThread().interrupt();
		cluster.close();
		assertThat(Thread.interrupted()).isTrue();
		this.goOn.countDown();
		then(this.connector).should(timeout(20_000)).close();
		then(this.driver).should().forceCloseAsync();
		assertThat(this.used.getCount()).as("nobody is told of it").isEqualTo(1);
		assertThatThrownBy(cluster::session).isInstanceOf(StorageException.class);
	}

	@Test
	void sessionThatIsThereIsClosedInOrder() throws Exception {
		Cluster cluster = cluster();
		this.goOn.countDown();
		this.used.await();
		assertThat(cluster.session().driver()).isSameAs(this.driver);
		cluster.close();
		then(this.driver).should().closeAsync();
		then(this.driver).should(never()).forceCloseAsync();
		assertThatThrownBy(cluster::session).isInstanceOf(StorageException.class);
	}

	private Cluster cluster() {
		Metadata metadata = mock(Metadata.class);
		given(this.driver.getMetadata()).willReturn(metadata);
		given(this.driver.closeAsync()).willReturn(CompletableFuture.completedStage(null));
		given(this.driver.forceCloseAsync()).willReturn(CompletableFuture.completedStage(null));
		given(this.connector.keyspace()).willReturn(CqlIdentifier.fromInternal("eardrum"));
		given(this.connector.connect()).willAnswer((invocation) -> {
			this.connecting.countDown();
			awaitUninterruptibly(this.goOn);
			return new ClusterSession(this.driver, Map.of(), Connector.FORMAT);
		});
		return new Cluster(this.connector, new ClusterState("not reached yet"), this.clock,
				(session) -> this.used.countDown(), (session) -> {
				});
	}

	// As what the driver does before it has anything to wait for.
	private static void awaitUninterruptibly(CountDownLatch latch) {
		boolean interrupted = false;
		while (true) {
			try {
				latch.await();
				break;
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

}
