package io.eardrum.address;

import java.net.InetAddress;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ClientAddresses}.
 */
class ClientAddressesTests {

	@ParameterizedTest
	@CsvSource({ "127.0.0.1, 127.0.0.1, true", "127.0.0.1, 127.0.0.2, false", "2001:db8::1, 2001:db8::ffff:1, true",
			"2001:db8:0:1::1, 2001:db8:0:2::1, false", "::ffff:10.0.0.1, 10.0.0.1, true", "::1, 0.0.0.1, false" })
	void ipV6NetworksAreOneClient(String one, String other, boolean same) throws Exception {
		ClientAddresses addresses = ClientAddresses.distinct();
		Object first = addresses.client(InetAddress.getByName(one));
		assertThat(Objects.requireNonNull(first).equals(addresses.client(InetAddress.getByName(other))))
			.isEqualTo(same);
		assertThat(addresses.client(one)).isEqualTo(first);
	}

	@Test
	void sharedAddressesTellNoClient() throws Exception {
		ClientAddresses addresses = ClientAddresses.sharing(NetworkList.of(List.of("10.0.0.0/24", "fd00::/8")));
		assertThat(addresses.client(InetAddress.getByName("10.0.0.7"))).isNull();
		assertThat(addresses.client("fd00::7")).isNull();
		assertThat(addresses.client("10.0.1.7")).isNotNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "localhost", "unknown", "1.2.3", "1.2.3.999", "::g", "1" })
	void namesAreNotLookedUp(String text) {
		assertThat(ClientAddresses.distinct().client(text)).isNull();
	}

}
