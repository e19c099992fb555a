/**
 * The page for people: static files, and how browsers keep them.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.page;
