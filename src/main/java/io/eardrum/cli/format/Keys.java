package io.eardrum.cli.format;

import org.jspecify.annotations.Nullable;

/**
 * Makes keys of the names in a file. A key may have no blanks, so a person can say what
 * replaces them; otherwise they stay, and the key is rejected.
 *
 * @param blank what replaces each blank, or {@code null}
 */
record Keys(@Nullable Character blank) {

	/**
	 * Returns a key.
	 * @param name the name
	 * @return the name, without blanks if something replaces them
	 */
	String of(String name) {
		return (this.blank != null) ? name.replace(' ', this.blank).replace('\t', this.blank) : name;
	}

}
