/**
 * Clients are told apart by their addresses, which may connect or stand for many, and
 * share places fairly.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.address;
