package io.eardrum.server.command;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.eardrum.protocol.LineParser;
import io.eardrum.server.channel.ConnectionChannel;
import io.eardrum.server.event.ServerObserver;

/**
 * All complete lines that have arrived on a connection and have not been answered. They
 * travel through the gateway as one message. A command that a person types is a frame of
 * one line.
 * <p>
 * A connection has one frame and fills it again for each message. It can do so because it
 * reads the next lines only after it has answered the last ones. Used by one thread at a
 * time.
 */
public final class Frame {

	private static final byte[] NOTHING = {};

	private final LineParser parser;

	private final OutputStream output;

	private final ServerObserver observer;

	private final @Nullable ConnectionChannel channel;

	private byte[] source = NOTHING;

	private int from;

	private int to;

	private boolean cut;

	private @Nullable Turn turn;

	/**
	 * Creates the frame of a connection.
	 * @param parser reads its commands
	 * @param output takes the replies
	 * @param observer is told the content of a frame before the end of its reply is sent
	 * @param channel where its lines come from; none if no client waits for an answer
	 */
	public Frame(LineParser parser, OutputStream output, ServerObserver observer, @Nullable ConnectionChannel channel) {
		this.parser = parser;
		this.output = output;
		this.observer = observer;
		this.channel = channel;
	}

	public void set(byte[] source, int from, int to, boolean cut) {
		this.source = source;
		this.from = from;
		this.to = to;
		this.cut = cut;
	}

	// The connection lives on. It must not hold the memory of a frame.
	public void clear() {
		set(NOTHING, 0, 0, false);
	}

	/**
	 * Sets the turn in which it is executed and answered.
	 * @param turn the turn, or {@code null} while it waits for one
	 */
	public void setTurn(@Nullable Turn turn) {
		this.turn = turn;
	}

	public Turn turn() {
		return Objects.requireNonNull(this.turn, "it is nobody's turn");
	}

	/**
	 * Looks whether the client is still there.
	 * @throws IOException if the client has reset the connection
	 */
	void requireClient() throws IOException {
		ConnectionChannel source = this.channel;
		if (source != null) {
			source.look();
		}
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

	public byte[] source() {
		return this.source;
	}

	// Returns where the first line starts.
	int from() {
		return this.from;
	}

	// Returns the offset behind the end of the last line.
	public int to() {
		return this.to;
	}

	// Returns whether bytes without a line end followed before the client closed its
	// side.
	boolean isCut() {
		return this.cut;
	}

}
