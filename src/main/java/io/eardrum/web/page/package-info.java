/**
 * The web page: its static files, and how browsers cache them.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.page;
