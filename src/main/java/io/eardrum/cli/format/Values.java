package io.eardrum.cli.format;

import java.nio.charset.StandardCharsets;

import io.eardrum.protocol.number.NumberReader;

/**
 * Reads the values of a file, by the rules of the protocol. Not safe for use by several
 * threads.
 */
final class Values {

	private final NumberReader numbers = new NumberReader();

	/**
	 * Reads a value.
	 * @param word the value; blanks around it don't matter
	 * @return the value
	 * @throws RejectedException if it is not a finite decimal number
	 */
	double read(String word) throws RejectedException {
		byte[] bytes = word.strip().getBytes(StandardCharsets.UTF_8);
		if (bytes.length == 0) {
			throw new RejectedException("the value is missing");
		}
		if (this.numbers.readValue(bytes, 0, bytes.length) != bytes.length) {
			throw new RejectedException("the value '" + word.strip() + "' is not a finite decimal number");
		}
		return this.numbers.value();
	}

}
