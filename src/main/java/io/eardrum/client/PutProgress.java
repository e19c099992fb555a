package io.eardrum.client;

/**
 * How far a sequence of puts has come. Points are numbered from 0 in the order in which
 * they were given. The server answers in that order, so there are three ranges: the
 * points before {@link #answered()} are stored or rejected, those from there to before
 * {@link #sent()} may or may not be stored, and the rest were never sent.
 *
 * @param sent how many points were sent
 * @param acknowledged how many are certain to be stored
 * @param rejected how many were refused
 * @param firstRejected the index of the first one that was refused, or -1
 */
public record PutProgress(long sent, long acknowledged, long rejected, long firstRejected) {

	/**
	 * Returns how many points have been answered. This is also the index of the first
	 * unanswered point. A caller can go on from there over another connection, because
	 * sending a point again does no harm.
	 * @return the number of points that are stored or rejected
	 */
	public long answered() {
		return this.acknowledged + this.rejected;
	}

}
