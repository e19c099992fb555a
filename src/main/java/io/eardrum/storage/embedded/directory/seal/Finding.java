package io.eardrum.storage.embedded.directory.seal;

/**
 * What is wrong with a file of a store.
 *
 * @param file the name of the file
 * @param problem what is wrong, as the rest of a sentence
 */
public record Finding(String file, String problem) {
}
