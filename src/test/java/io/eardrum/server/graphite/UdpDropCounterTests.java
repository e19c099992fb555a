package io.eardrum.server.graphite;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link UdpDropCounter}.
 */
class UdpDropCounterTests {

	private static final int MANY = 2000;

	@Test
	@EnabledOnOs(OS.LINUX)
	void countsWhatASocketWithASmallBufferHasLost() throws Exception {
		try (DatagramSocket receiver = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
				DatagramSocket sender = new DatagramSocket()) {
			receiver.setReceiveBufferSize(4096);
			receiver.setSoTimeout(200);
			InetSocketAddress address = (InetSocketAddress) receiver.getLocalSocketAddress();
			assertThat(UdpDropCounter.areKnown()).isTrue();
			assertThat(UdpDropCounter.of(address)).isZero();
			DatagramPacket packet = new DatagramPacket(new byte[100], 100, address);
			for (int i = 0; i < MANY; i++) {
				sender.send(packet);
			}
			long drops = UdpDropCounter.of(address);
			assertThat(drops).isPositive();
			assertThat(drops + receive(receiver)).isEqualTo(MANY);
		}
	}

	@Test
	@EnabledOnOs(value = OS.LINUX, architectures = { "amd64", "aarch64" })
	void findsTheRowOfItsOwnAddress() throws Exception {
		List<String> table = List.of(
				"   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref"
						+ " pointer drops",
				row("0100007F:07D3", 5), row("0200007F:07D3", 7), row("0100007F:07D4", 11), row("00000000:07D3", 13),
				row("0000000000000000FFFF00000300007F:07D3", 17), row("00000000000000000000000001000000:07D3", 19), "",
				"nonsense");
		assertThat(drops(table, "127.0.0.1")).isEqualTo(5);
		assertThat(drops(table, "127.0.0.2")).isEqualTo(7);
		assertThat(drops(table, "127.0.0.3")).isEqualTo(17);
		assertThat(drops(table, "::1")).isEqualTo(19);
		assertThat(drops(table, "0.0.0.0")).isEqualTo(13);
		assertThat(drops(table, "::")).isEqualTo(13);
		assertThat(drops(table, "127.0.0.4")).isZero();
	}

	private static int receive(DatagramSocket receiver) throws Exception {
		int received = 0;
		DatagramPacket packet = new DatagramPacket(new byte[100], 100);
		while (true) {
			try {
				receiver.receive(packet);
				received++;
			}
			catch (SocketTimeoutException ex) {
				return received;
			}
		}
	}

	private static long drops(List<String> table, String host) throws Exception {
		return UdpDropCounter.in(table, new InetSocketAddress(InetAddress.getByName(host), 2003));
	}

	private static String row(String local, int drops) {
		return " 1234: " + local + " 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2"
				+ " 0000000000000000 " + drops;
	}

}
