/**
 * The endpoints of the HTTP ports share this: the parameters of a request, the text of
 * its answer, and the order of what happens in between.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.http;
