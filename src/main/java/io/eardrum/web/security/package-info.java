/**
 * Who may use the HTTP port: its user and password, if it has them, which is what Spring
 * Security is used for, and nothing else knows of it.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.security;
