/**
 * What the HTTP port has besides the framework's own.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web;
