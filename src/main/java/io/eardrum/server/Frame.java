package io.eardrum.server;

import java.io.OutputStream;

import org.jspecify.annotations.Nullable;

import io.eardrum.protocol.LineParser;

/**
 * All complete lines that have arrived on a connection and have not been answered: what
 * travels through the gateway as one message. A lone command that is typed is a frame of
 * one line.
 * <p>
 * A connection has one frame and fills it again for each message, which it may because it
 * reads the next lines only when the last ones are answered. Used by one thread at a
 * time.
 */
final class Frame {

	private static final byte[] NOTHING = {};

	private final LineParser parser;

	private final OutputStream output;

	private final ServerObserver observer;

	private final Pace pace;

	private byte[] source = NOTHING;

	private int from;

	private int to;

	private boolean cut;

	private @Nullable Round round;

	private @Nullable LoopTerm term;

	/**
	 * Creates the frame of a connection.
	 * @param parser reads its commands
	 * @param output takes the replies
	 * @param observer is told what was in a frame before the end of its reply is sent
	 */
	Frame(LineParser parser, OutputStream output, ServerObserver observer) {
		this(parser, output, observer, Pace.UNLIMITED);
	}

	/**
	 * Creates the frame of a connection that takes turns with others.
	 * @param parser reads its commands
	 * @param output takes the replies
	 * @param observer is told what was in a frame before the end of its reply is sent
	 * @param pace says when it is the turn of others
	 */
	Frame(LineParser parser, OutputStream output, ServerObserver observer, Pace pace) {
		this.parser = parser;
		this.output = output;
		this.observer = observer;
		this.pace = pace;
	}

	void set(byte[] source, int from, int to, boolean cut) {
		this.source = source;
		this.from = from;
		this.to = to;
		this.cut = cut;
	}

	// Its connection lives on, and is not to hold the memory of what it has sent.
	void clear() {
		set(NOTHING, 0, 0, false);
	}

	// Where its puts go, to be stored together with those of other frames.
	Round round() {
		Round current = this.round;
		if (current == null) {
			current = new Round();
			this.round = current;
		}
		return current;
	}

	void setRound(Round round) {
		this.round = round;
	}

	// The term that it is executed in, whose round its puts go into.
	void setTerm(LoopTerm term) {
		this.term = term;
		this.round = term.round();
	}

	// A connection that waits is not to hold the memory of a round.
	void forgetTerm() {
		this.term = null;
		this.round = null;
	}

	// What comes now may take long, and has nothing to do with the round.
	void beginRead() {
		LoopTerm current = this.term;
		if (current != null) {
			current.beginRead();
			this.round = current.round();
		}
	}

	void endRead() {
		LoopTerm current = this.term;
		if (current != null) {
			current.endRead();
			this.round = current.round();
		}
	}

	Pace pace() {
		return this.pace;
	}

	LineParser parser() {
		return this.parser;
	}

	OutputStream output() {
		return this.output;
	}

	ServerObserver observer() {
		return this.observer;
	}

	byte[] source() {
		return this.source;
	}

	// Where the first line starts.
	int from() {
		return this.from;
	}

	// The offset behind the end of the last line.
	int to() {
		return this.to;
	}

	// Whether bytes without a line end followed before the client closed its side.
	boolean isCut() {
		return this.cut;
	}

}
