package io.eardrum.cli.transfer;

import java.util.ArrayList;
import java.util.List;

import io.eardrum.metric.KeyedPoint;

/**
 * What one record of an import contains: points, and the reasons why other parts of it
 * are not points. It is used again for each record, by one thread.
 */
public final class PointRecord {

	private final List<KeyedPoint> points = new ArrayList<>();

	private final List<String> problems = new ArrayList<>();

	private final List<String> notes = new ArrayList<>();

	private long rejectedLines;

	/**
	 * Adds a point.
	 * @param point the point
	 */
	public void add(KeyedPoint point) {
		this.points.add(point);
	}

	/**
	 * Says why the record, or a part of it, is not imported.
	 * @param problem the reason, for a person
	 */
	public void reject(String problem) {
		reject(1, problem);
	}

	/**
	 * Says why lines are not imported.
	 * @param lines how many lines are concerned
	 * @param problem the reason, for a person
	 */
	public void reject(long lines, String problem) {
		this.rejectedLines = Math.max(this.rejectedLines, lines);
		this.problems.add(problem);
	}

	/**
	 * Says something about the record that does not keep it from being imported.
	 * @param note the text, for a person
	 */
	public void note(String note) {
		this.notes.add(note);
	}

	/**
	 * Returns the points.
	 * @return the points, in their order
	 */
	public List<KeyedPoint> points() {
		return this.points;
	}

	/**
	 * Returns the reasons why something is not imported.
	 * @return the reasons; empty if there is nothing of this kind
	 */
	public List<String> problems() {
		return this.problems;
	}

	List<String> notes() {
		return this.notes;
	}

	// A line counts once, however many of its values are rejected.
	long rejectedLines() {
		return this.rejectedLines;
	}

	/**
	 * Removes everything.
	 */
	public void clear() {
		this.points.clear();
		this.problems.clear();
		this.notes.clear();
		this.rejectedLines = 0;
	}

}
