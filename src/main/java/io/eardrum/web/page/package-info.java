/**
 * The page for people: static files, and the headers that go with them.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.page;
