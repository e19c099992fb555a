package io.eardrum.web.graphite.series;

/**
 * What a series is called. Immutable.
 *
 * @param name its name, for people to read
 * @param path its name in the names of series that are derived from it: the pattern by
 * which it was found, or the expression that made it
 * @param pathValues how much memory the path takes besides the name, in values; 0 if it
 * is the same text, or one that many series share
 */
record SeriesTitle(String name, String path, long pathValues) {

	static SeriesTitle of(String name) {
		return new SeriesTitle(name, name, 0);
	}

	SeriesTitle named(String newName) {
		return new SeriesTitle(newName, this.path,
				this.path.equals(this.name) ? ValueBudget.valuesOf(this.path) : this.pathValues);
	}

	SeriesTitle foundBy(String pattern) {
		return new SeriesTitle(this.name, pattern, 0);
	}

	/**
	 * Returns the title of what a call makes of the series.
	 * @param before the text of the call before its first argument
	 * @param after the text after it
	 * @return the title, with the call in the name and in the path
	 */
	SeriesTitle within(String before, String after) {
		String newName = SeriesName.of(before, this.name, after);
		return this.path.equals(this.name) ? of(newName) : withPath(newName, SeriesName.of(before, this.path, after));
	}

	static SeriesTitle withPath(String name, String path) {
		return new SeriesTitle(name, path, path.equals(name) ? 0 : ValueBudget.valuesOf(path));
	}

	long values() {
		return ValueBudget.valuesOf(this.name) + this.pathValues;
	}

}
