/**
 * What the endpoints of the HTTP ports share: the parameters of a request, the text of
 * its answer, and the steps in between.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.http;
