package io.eardrum.address;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.fixture.TestSeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * {@link NetworkList}.
 */
class NetworkListTests {

	@ParameterizedTest
	@CsvSource({ "10.0.0.0/8, 10.255.0.1, true", "10.0.0.0/8, 11.0.0.1, false", "0.0.0.0/0, 203.0.113.7, true",
			"192.168.4.0/22, 192.168.7.255, true", "192.168.4.0/22, 192.168.8.0, false", "127.0.0.1, 127.0.0.1, true",
			"127.0.0.1, 127.0.0.2, false", "128.0.0.0/1, 255.0.0.1, true", "128.0.0.0/1, 127.0.0.1, false",
			"fd00::/8, fdff::1, true", "fd00::/8, fe80::1, false", "::1, ::1, true", "::/0, 127.0.0.1, false",
			"0.0.0.0/0, ::1, false" })
	void addressIsInTheNetworkOrNot(String network, String address, boolean expected) throws Exception {
		assertThat(NetworkList.of(List.of(network)).allows(InetAddress.getByName(address))).isEqualTo(expected);
	}

	@Test
	void oneOfTheNetworksIsEnough() throws Exception {
		NetworkList list = NetworkList.of(List.of("10.0.0.0/8", " ::1 ", "127.0.0.0/8"));
		assertThat(list.allows(InetAddress.getByName("127.3.2.1"))).isTrue();
		assertThat(list.allows(InetAddress.getByAddress(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 })))
			.isTrue();
		assertThat(list.allows(InetAddress.getByName("128.0.0.1"))).isFalse();
	}

	@Test
	void noNetworksMeansEverybody() throws Exception {
		assertThat(NetworkList.of(List.of()).allows(InetAddress.getByName("203.0.113.7"))).isTrue();
	}

	@Test
	void randomNetworksAgreeWithArithmetic() throws Exception {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		for (int i = 0; i < 5000; i++) {
			byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
			random.nextBytes(bytes);
			int bits = bytes.length * 8;
			int length = random.nextInt(bits + 1);
			BigInteger network = new BigInteger(1, bytes).shiftRight(bits - length);
			String text = InetAddress.getByAddress(bytes(network.shiftLeft(bits - length), bytes.length))
				.getHostAddress() + "/" + length;
			int flipped = random.nextInt(bits);
			byte[] other = bytes(new BigInteger(1, bytes).flipBit(flipped), bytes.length);
			boolean expected = new BigInteger(1, other).shiftRight(bits - length).equals(network);
			assertThat(NetworkList.of(List.of(text)).allows(InetAddress.getByAddress(other)))
				.as("%s has %s, -Deardrum.test.seed=%d", text, InetAddress.getByAddress(other), seed)
				.isEqualTo(expected);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "localhost", "10.0.0/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.1/8",
			"::/129", "256.0.0.1", "1.2.3.4/8/8", "fd00::1/8", ":::", "10.0.0.0/0008" })
	void whatIsNoNetworkIsNamed(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> NetworkList.of(List.of("::1", text)))
			.withMessageContaining("'" + text + "'");
	}

	private static byte[] bytes(BigInteger number, int length) {
		byte[] bytes = new byte[length];
		for (int i = 0; i < length; i++) {
			bytes[i] = number.shiftRight((length - 1 - i) * 8).byteValue();
		}
		return bytes;
	}

}
