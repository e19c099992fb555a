/**
 * Decides who may use the HTTP port: its user and password, if it has them. Spring
 * Security is used for this only, and no other package knows of it.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.security;
