/**
 * The user and the password of the HTTP port, if it has them: what Spring Security is
 * used for, and nothing else knows of it.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.security;
