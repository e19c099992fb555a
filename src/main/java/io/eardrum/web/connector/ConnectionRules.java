package io.eardrum.web.connector;

import java.time.Duration;

import io.eardrum.address.ClientAddresses;
import io.eardrum.budget.HeapShare;
import io.eardrum.web.event.HttpObserver;

/**
 * The rules for the connections of an HTTP port.
 *
 * @param headTimeout how long the head of a request may take, counted from when the
 * client has connected or has been answered
 * @param minBytesPerSecond how many bytes of an answer a client has to take on average
 * @param addresses distinguishes clients
 * @param heap the share of the heap for connections
 * @param observer is notified of connections that end early
 */
record ConnectionRules(Duration headTimeout, long minBytesPerSecond, ClientAddresses addresses, HeapShare heap,
		HttpObserver observer) {

}
