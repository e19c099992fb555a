package io.eardrum.suite.power;

import java.util.Random;

/**
 * What a power failure does to the bytes of a file that were not synced.
 */
enum DataLoss {

	/** None of them is there. */
	ALL,

	/** All are. */
	NONE,

	/** Those that were written first are, and no others. */
	END,

	/** Each page is there or not, as it was at some time; so is the size. */
	PAGES;

	/**
	 * Chooses one for a whole disk; files follow it mostly.
	 * @param random decides
	 * @return one
	 */
	static DataLoss choose(Random random) {
		return switch (random.nextInt(8)) {
			case 0, 1 -> ALL;
			case 2 -> NONE;
			case 3 -> END;
			default -> PAGES;
		};
	}

}
