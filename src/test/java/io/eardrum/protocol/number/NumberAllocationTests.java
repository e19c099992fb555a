package io.eardrum.protocol.number;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that {@link NumberReader} and {@link NumberWriter} leave no garbage.
 */
@Tag("optimized")
class NumberAllocationTests {

	private static final int ROUNDS = 20_000;

	private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private final NumberReader reader = new NumberReader();

	private final byte[] target = new byte[NumberWriter.MAX_VALUE_LENGTH];

	@Test
	void readingAndWritingAllocateNothing() {
		byte[][] texts = { bytes("23.7"), bytes("1150864247"), bytes("0.30000000000000004"), bytes("5e-324"),
				bytes("1.7976931348623157e+308"), bytes("3.14159265358979323846264338327950288"), bytes("1e23"),
				bytes("9007199254740993"), bytes("100000000000000000.0"), bytes("-0.000015"), bytes("nan"),
				bytes("1e400") };
		byte[] timestamp = bytes("-9223372036854775808");
		exercise(texts, timestamp);
		long before = this.threads.getCurrentThreadAllocatedBytes();
		for (int i = 0; i < ROUNDS; i++) {
			exercise(texts, timestamp);
		}
		long allocated = this.threads.getCurrentThreadAllocatedBytes() - before;
		// The measurement itself may allocate, a single object a round would be 16 bytes.
		assertThat(allocated).isLessThan(8L * ROUNDS);
	}

	private void exercise(byte[][] texts, byte[] timestamp) {
		for (byte[] text : texts) {
			if (this.reader.readValue(text, 0, text.length) > 0) {
				NumberWriter.writeValue(this.reader.value(), this.target, 0);
			}
		}
		this.reader.readTimestamp(timestamp, 0, timestamp.length);
		NumberWriter.writeTimestamp(this.reader.timestamp(), this.target, 0);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
