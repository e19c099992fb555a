/**
 * What the endpoints of the HTTP port share: reading a request, streaming a reply, and
 * saying what is wrong.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.reply;
