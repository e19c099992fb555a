package io.eardrum.web.http.admission;

import org.apache.catalina.Valve;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.coyote.ActionCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.eardrum.web.connector.HttpConnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link TomcatConnection} and {@link ClientConnectionValve}, with a container
 * that has what a test says.
 */
class TomcatConnectionTests {

	private final Request request = mock(Request.class);

	private final org.apache.coyote.Request coyote = mock(org.apache.coyote.Request.class);

	/** What the container has in its buffer. */
	private int available;

	/** How many bytes have come since it looked last. */
	private int arrived;

	private boolean ended;

	@BeforeEach
	void connect() {
		given(this.request.getCoyoteRequest()).willReturn(this.coyote);
		given(this.coyote.isFinished()).willReturn(true);
		given(this.coyote.getAvailable()).willAnswer((call) -> this.available);
		willAnswer((call) -> this.available = call.<Integer>getArgument(0)).given(this.coyote).setAvailable(anyInt());
		willAnswer((call) -> {
			// The end counts as a byte, and never gets into the buffer.
			this.available = this.ended ? 1 : this.arrived;
			this.arrived = 0;
			return null;
		}).given(this.coyote).action(eq(ActionCode.AVAILABLE), any());
	}

	@Test
	void clientThatSendsNothingIsThere() {
		assertThat(new TomcatConnection(this.request).hasLeft()).isFalse();
		verify(this.coyote, times(1)).action(any(), any());
	}

	@Test
	void clientIsNotLookedForWhileItsBodyIsOnItsWay() {
		given(this.coyote.isFinished()).willReturn(false);
		this.ended = true;
		assertThat(new TomcatConnection(this.request).hasLeft()).isFalse();
		verify(this.coyote, never()).action(any(), any());
	}

	@Test
	void bytesOfANextRequestAreNoEnd() {
		this.arrived = 100;
		assertThat(new TomcatConnection(this.request).hasLeft()).isFalse();
		assertThat(this.available).isZero();
	}

	@Test
	void endOfTheStreamIsFoundAtEachLook() {
		this.ended = true;
		TomcatConnection connection = new TomcatConnection(this.request);
		assertThat(connection.hasLeft()).isTrue();
		assertThat(connection.hasLeft()).isTrue();
		assertThat(this.available).isZero();
	}

	@Test
	void connectionThatIsKnownIsShutDown() {
		HttpConnection connection = mock(HttpConnection.class);
		given(this.request.getAttribute(HttpConnection.class.getName())).willReturn(connection);
		new TomcatConnection(this.request).end();
		verify(connection).shutDown();
	}

	@Test
	void connectionThatIsNotKnownIsLeftAlone() {
		TomcatConnection connection = new TomcatConnection(this.request);
		assertThatNoException().isThrownBy(connection::end);
	}

	@Test
	void requestGetsItsConnection() throws Exception {
		ClientConnectionValve valve = new ClientConnectionValve();
		Valve next = mock(Valve.class);
		valve.setNext(next);
		Response response = mock(Response.class);
		valve.invoke(this.request, response);
		verify(this.request).setAttribute(eq(ClientConnection.ATTRIBUTE), any(TomcatConnection.class));
		verify(next).invoke(this.request, response);
	}

}
