package io.eardrum.web.graphite.function.alias;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Shortens numbers with a prefix: 1500 is 1.50k.
 */
enum UnitSystem {

	/** Prefixes of the powers of 1000. */
	SI(1000, ""),

	/** Prefixes of the powers of 1024. */
	BINARY(1024, "i");

	private static final int DIGITS = 2;

	private static final String PREFIXES = "KMGTP";

	private final double base;

	/** What follows the letter of a prefix. */
	private final String suffix;

	UnitSystem(double base, String suffix) {
		this.base = base;
		this.suffix = suffix;
	}

	/**
	 * Finds a system by the name that Graphite gives it.
	 * @param name the name
	 * @return the system, or {@code null} if there is none
	 */
	static @Nullable UnitSystem named(String name) {
		return switch (name) {
			case "si" -> SI;
			case "binary" -> BINARY;
			default -> null;
		};
	}

	/**
	 * Returns how numbers are written in this system.
	 * @param unit the unit behind the prefix, which may be empty
	 * @return a function that writes a number
	 */
	Function<Double, String> format(String unit) {
		return (value) -> {
			int power = 0;
			while (power < PREFIXES.length() && Math.abs(value) >= Math.pow(this.base, power + 1)) {
				power++;
			}
			return Printf.fixed(value / Math.pow(this.base, power), DIGITS) + (unit.isEmpty() ? "" : " ")
					+ ((power > 0) ? prefix(power) : "") + unit;
		};
	}

	// The kilo of SI is a small letter.
	private String prefix(int power) {
		return ((power == 1 && this == SI) ? "k" : PREFIXES.substring(power - 1, power)) + this.suffix;
	}

}
