package io.eardrum.server.connection;

import java.util.function.BooleanSupplier;

import io.eardrum.address.ClientAddresses;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.limit.ClientMemory;

/**
 * What the connections of a port have in common.
 *
 * @param memory what their clients may take
 * @param addresses tells their clients apart
 * @param observer is told what happens on them
 * @param stopping returns whether no further frame is to be executed
 */
public record Port(ClientMemory memory, ClientAddresses addresses, ServerObserver observer, BooleanSupplier stopping) {

}
