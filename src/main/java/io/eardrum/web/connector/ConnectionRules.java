package io.eardrum.web.connector;

import java.time.Duration;

import io.eardrum.address.ClientAddresses;
import io.eardrum.budget.HeapShare;
import io.eardrum.web.event.HttpObserver;

/**
 * What holds for the connections of an HTTP port.
 *
 * @param headTimeout how long the head of a request may take, from when the client has
 * connected or been answered
 * @param minBytesPerSecond how many bytes of an answer a client has to take on average
 * @param addresses tells clients apart
 * @param heap has the memory that connections take
 * @param observer is told of connections that end early
 */
record ConnectionRules(Duration headTimeout, long minBytesPerSecond, ClientAddresses addresses, HeapShare heap,
		HttpObserver observer) {

}
