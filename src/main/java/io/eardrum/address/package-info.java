/**
 * Clients, distinguished by their addresses: which of them may connect, which addresses
 * stand for many clients, and how clients share places fairly.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.address;
