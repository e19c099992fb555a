package io.eardrum.protocol;

/**
 * Removes the commands of telnet itself from the bytes of one session (RFC 854): option
 * negotiation, subnegotiations, and the two-byte functions such as NOP or "interrupt
 * process". A doubled IAC stands for the byte 0xFF.
 * <p>
 * An IAC before a byte that is not a telnet command stays where it is, and makes its line
 * ill-formed UTF-8. So does an IAC that opens a subnegotiation longer than a line may be,
 * which would otherwise swallow all bytes that follow.
 * <p>
 * Each session has its own, which is not safe for use by several threads at once.
 */
public final class TelnetFilter {

	private static final int SUBNEGOTIATION_END = 240;

	private static final int SUBNEGOTIATION = 250;

	private static final int WILL = 251;

	private static final int IAC = 255;

	private final int maxSubnegotiationLength;

	private State state = State.DATA;

	private int subnegotiationLength;

	public TelnetFilter(int maxSubnegotiationLength) {
		this.maxSubnegotiationLength = maxSubnegotiationLength;
	}

	/**
	 * Returns whether a command has begun and not ended. If so, the target of the next
	 * call must start at least one byte before its source.
	 * @return whether the last bytes were the beginning of a command
	 */
	public boolean isMidCommand() {
		return this.state != State.DATA;
	}

	/**
	 * Filters bytes within an array.
	 * @param bytes the array
	 * @param from where the bytes start
	 * @param to where they end
	 * @param target where to put the remaining bytes, at or before {@code from}
	 * @return the offset after the remaining bytes
	 */
	public int filter(byte[] bytes, int from, int to, int target) {
		if (this.state == State.DATA && target == from && !hasIac(bytes, from, to)) {
			return to;
		}
		int out = target;
		for (int in = from; in < to; in++) {
			out = step(bytes, bytes[in] & 0xFF, out);
		}
		return out;
	}

	private static boolean hasIac(byte[] bytes, int from, int to) {
		for (int i = from; i < to; i++) {
			if (bytes[i] == (byte) IAC) {
				return true;
			}
		}
		return false;
	}

	private int step(byte[] bytes, int value, int target) {
		int out = target;
		switch (this.state) {
			case DATA -> {
				if (value == IAC) {
					this.state = State.COMMAND;
				}
				else {
					bytes[out++] = (byte) value;
				}
			}
			case COMMAND -> {
				this.state = afterCommand(value);
				if (value < SUBNEGOTIATION_END || value == IAC) {
					bytes[out++] = (byte) IAC;
				}
				if (value < SUBNEGOTIATION_END) {
					bytes[out++] = (byte) value;
				}
			}
			case OPTION -> this.state = State.DATA;
			case SUBNEGOTIATION, SUBNEGOTIATION_COMMAND -> {
				subnegotiation(value);
				if (this.subnegotiationLength > this.maxSubnegotiationLength) {
					this.state = State.DATA;
					this.subnegotiationLength = 0;
					bytes[out++] = (byte) IAC;
				}
			}
		}
		return out;
	}

	private State afterCommand(int value) {
		if (value == SUBNEGOTIATION) {
			this.subnegotiationLength = 0;
			return State.SUBNEGOTIATION;
		}
		return (value >= WILL && value < IAC) ? State.OPTION : State.DATA;
	}

	private void subnegotiation(int value) {
		this.subnegotiationLength++;
		if (this.state == State.SUBNEGOTIATION) {
			this.state = (value == IAC) ? State.SUBNEGOTIATION_COMMAND : State.SUBNEGOTIATION;
		}
		else {
			this.state = (value == SUBNEGOTIATION_END) ? State.DATA : State.SUBNEGOTIATION;
		}
	}

	private enum State {

		DATA, COMMAND, OPTION, SUBNEGOTIATION, SUBNEGOTIATION_COMMAND

	}

}
