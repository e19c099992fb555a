package io.eardrum.server.command;

import java.util.function.Supplier;

/**
 * The turn of a thread that executes the frames of one source and nothing else. It is
 * never over.
 */
public final class SoleTurn implements Turn {

	private final Supplier<CommitGroup> groups;

	private CommitGroup group;

	/**
	 * Creates the turn of a thread.
	 * @param groups makes groups for puts
	 */
	public SoleTurn(Supplier<CommitGroup> groups) {
		this.groups = groups;
		this.group = groups.get();
	}

	@Override
	public CommitGroup group() {
		return this.group;
	}

	/**
	 * Forgets the content of the group, because it is not known whether it has been
	 * stored.
	 */
	public void reset() {
		this.group = this.groups.get();
	}

	@Override
	public boolean isOver() {
		return false;
	}

}
