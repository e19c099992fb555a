package io.eardrum.client;

/**
 * How far a sequence of puts has come. Points count from 0 in the order in which they
 * were given; the server answers in that order, so three ranges tell all: the points
 * before {@link #answered()} are stored or rejected, those from there to before
 * {@link #sent()} may or may not be stored, and the rest never left.
 *
 * @param sent how many points have left
 * @param acknowledged how many are stored for certain
 * @param rejected how many were refused
 * @param firstRejected the index of the first one that was refused, or -1
 */
public record PutProgress(long sent, long acknowledged, long rejected, long firstRejected) {

	/**
	 * Returns how many points have their answer. It is also the index of the first point
	 * that has none, from which to go on over another connection: sending a point again
	 * does no harm.
	 * @return the number of points that are stored or rejected
	 */
	public long answered() {
		return this.acknowledged + this.rejected;
	}

}
