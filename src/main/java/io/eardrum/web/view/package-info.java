/**
 * Views of the page that are saved on the server by name: the file that holds them, and
 * the endpoints that list, save and delete them.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.view;
