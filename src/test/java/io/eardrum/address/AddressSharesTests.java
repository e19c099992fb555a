package io.eardrum.address;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.eardrum.fixture.TestSeed;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AddressShares}.
 */
class AddressSharesTests {

	private static final String ONE = "127.0.0.1";

	private static final String TWO = "127.0.0.2";

	private static final String THREE = "127.0.0.3";

	@Test
	void anybodyMayHaveAllWhileThereIsRoom() {
		AddressShares<Connection> shares = shares(100);
		for (int i = 0; i < 100; i++) {
			assertThat(shares.isFull()).isFalse();
			add(shares, ONE, i);
		}
		assertThat(shares.isFull()).isTrue();
		assertThat(shares.add(new Connection(ONE, 100), address(ONE))).isFalse();
		assertThat(shares.size()).isEqualTo(100);
	}

	@Test
	void whoHasMostLosesTheOneThatWasSilentForLongest() {
		AddressShares<Connection> shares = shares(4);
		Connection longest = add(shares, TWO, 1);
		add(shares, ONE, 12);
		Connection second = add(shares, ONE, 11);
		add(shares, ONE, 13);
		assertThat(shares.makeRoom(address(THREE))).isSameAs(second);
		add(shares, THREE, 20);
		// Now one has two, and the others one each.
		assertThat(Objects.requireNonNull(shares.makeRoom(address(TWO))).address()).isEqualTo(ONE);
		assertThat(shares.remove(longest)).isTrue();
		assertThat(shares.remove(longest)).isFalse();
	}

	@Test
	void nobodyHasToGoForWhoHasMost() {
		AddressShares<Connection> shares = shares(3);
		add(shares, ONE, 1);
		add(shares, ONE, 2);
		add(shares, TWO, 3);
		assertThat(shares.makeRoom(address(ONE))).isNull();
		assertThat(shares.size()).isEqualTo(3);
	}

	@Test
	void amongEqualsTheOneThatWasSilentForLongestGoes() {
		AddressShares<Connection> shares = shares(3);
		add(shares, ONE, 5);
		Connection longest = add(shares, TWO, 4);
		add(shares, THREE, 6);
		assertThat(shares.makeRoom(address(TWO))).isNull();
		assertThat(shares.makeRoom(address("127.0.0.4"))).isSameAs(longest);
	}

	@Test
	void connectionThatWasHeardOfMeanwhileStays() {
		AddressShares<Connection> shares = shares(4);
		Connection first = add(shares, ONE, 1);
		Connection second = add(shares, ONE, 2);
		Connection third = add(shares, ONE, 3);
		Connection fourth = add(shares, ONE, 4);
		assertThat(shares.makeRoom(address(TWO))).isSameAs(first);
		second.seen = 5;
		assertThat(shares.makeRoom(address(TWO))).isSameAs(third);
		assertThat(shares.makeRoom(address(TWO))).isSameAs(fourth);
		assertThat(shares.makeRoom(address(TWO))).isSameAs(second);
	}

	@Test
	void connectionsOfSharedAddressesCountAlone() {
		AddressShares<Connection> shares = new AddressShares<>(4, ClientAddresses.sharing(NetworkList.of(List.of(TWO))),
				Connection::seen);
		add(shares, TWO, 1);
		add(shares, TWO, 2);
		Connection crowd = add(shares, ONE, 3);
		add(shares, ONE, 4);
		assertThat(shares.makeRoom(address(TWO))).isSameAs(crowd);
	}

	@Test
	void agreesWithAPlainCountInAnyOrder() {
		Random random = new Random(TestSeed.value());
		AddressShares<Connection> shares = shares(300);
		List<Connection> all = new ArrayList<>();
		int time = 0;
		for (int step = 0; step < 20_000; step++) {
			String address = "10.0.0." + (int) Math.abs(random.nextGaussian() * 5);
			if (random.nextInt(10) == 0 && !all.isEmpty()) {
				assertThat(shares.remove(all.remove(random.nextInt(all.size())))).isTrue();
			}
			if (shares.isFull()) {
				Map<String, Integer> sizes = new HashMap<>();
				all.forEach((each) -> sizes.merge(each.address(), 1, Integer::sum));
				int most = sizes.values().stream().max(Comparator.naturalOrder()).orElseThrow();
				Connection gone = shares.makeRoom(address(address));
				if (sizes.getOrDefault(address, 0) >= most) {
					assertThat(gone).isNull();
					continue;
				}
				String crowd = Objects.requireNonNull(gone).address();
				assertThat(sizes.get(crowd)).isEqualTo(most);
				int seen = gone.seen;
				assertThat(all).filteredOn((each) -> each.address().equals(crowd))
					.allMatch((each) -> each.seen >= seen);
				all.remove(gone);
			}
			all.add(add(shares, address, time++));
			assertThat(shares.size()).isEqualTo(all.size());
		}
	}

	private static AddressShares<Connection> shares(int limit) {
		return new AddressShares<>(limit, ClientAddresses.distinct(), Connection::seen);
	}

	private static Connection add(AddressShares<Connection> shares, String address, int seen) {
		Connection connection = new Connection(address, seen);
		assertThat(shares.add(connection, address(address))).isTrue();
		return connection;
	}

	private static InetAddress address(String text) {
		try {
			return InetAddress.getByName(text);
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	private static final class Connection {

		private final String address;

		private int seen;

		Connection(String address, int seen) {
			this.address = address;
			this.seen = seen;
		}

		String address() {
			return this.address;
		}

		long seen() {
			return this.seen;
		}

	}

}
