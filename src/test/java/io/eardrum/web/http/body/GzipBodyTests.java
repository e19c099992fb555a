package io.eardrum.web.http.body;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpStatus;

import io.eardrum.fixture.TestSeed;
import io.eardrum.web.http.problem.RequestProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link GzipBody}.
 */
class GzipBodyTests {

	private static final byte[] TEXT = "put a 1 1\nput a 2 2\n".getBytes(StandardCharsets.UTF_8);

	@ParameterizedTest
	@ValueSource(ints = { 1, 7, 100_000 })
	void whatWasCompressedComesOutHoweverItArrives(int piece) throws IOException {
		long seed = TestSeed.value();
		byte[] content = new byte[300_000];
		Random random = new Random(seed);
		for (int i = 0; i < content.length; i++) {
			content[i] = (byte) random.nextInt(16);
		}
		assertThat(unpack(gzip(content), piece)).as("seed %d", seed).isEqualTo(content);
		assertThat(unpack(gzip(new byte[0]), piece)).isEmpty();
	}

	@Test
	void membersFollowOneAnother() throws IOException {
		byte[] twice = join(gzip(TEXT), gzip(new byte[0]), gzip(TEXT));
		assertThat(unpack(twice, 1)).isEqualTo(join(TEXT, TEXT));
		assertThat(unpack(twice, 1000)).isEqualTo(join(TEXT, TEXT));
	}

	@Test
	void headerMayHaveAllThatThereIs() throws IOException {
		byte[] plain = gzip(TEXT);
		byte[] head = { 0x1F, (byte) 0x8B, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3, 2, 0, 'x', 'y', 'n', 0, 'c', 0 };
		CRC32 crc = new CRC32();
		crc.update(head);
		byte[] sum = { (byte) crc.getValue(), (byte) (crc.getValue() >> 8) };
		byte[] rest = Arrays.copyOfRange(plain, 10, plain.length);
		assertThat(unpack(join(head, sum, rest), 3)).isEqualTo(TEXT);
		sum[0]++;
		assertThatIsRefused(join(head, sum, rest), "it is damaged");
	}

	@Test
	void bodyThatIsCutOffAnywhereIsRefused() throws IOException {
		byte[] whole = gzip(TEXT);
		for (int length = 0; length < whole.length; length++) {
			assertThatIsRefused(Arrays.copyOf(whole, length), "it is cut off");
			if (length > 0) {
				assertThatIsRefused(join(whole, Arrays.copyOf(whole, length)), "it is cut off");
			}
		}
	}

	@Test
	void eachByteThatIsDamagedIsNoticed() throws IOException {
		byte[] whole = gzip(TEXT);
		for (int i = 0; i < whole.length; i++) {
			if (i >= 4 && i < 10) {
				// The time, flags and the system.
				continue;
			}
			byte[] damaged = whole.clone();
			damaged[i] ^= 0x20;
			assertThatExceptionOfType(RequestProblem.class).as("byte %d", i)
				.isThrownBy(() -> unpack(damaged, 1000))
				.satisfies((problem) -> assertThat(problem.status()).isEqualTo(HttpStatus.BAD_REQUEST));
		}
	}

	@Test
	void whatIsBehindItIsRefused() throws IOException {
		assertThatIsRefused(join(gzip(TEXT), new byte[] { 0 }), "something follows it");
		assertThatIsRefused(join(gzip(TEXT), TEXT), "something follows it");
		assertThatIsRefused(TEXT, "not compressed with gzip");
	}

	@Test
	void bombIsRefusedWhileItIsUnpacked() throws IOException {
		byte[] bomb = gzip(new byte[50_000_000]);
		long[] count = { 0 };
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> {
			try (InputStream body = new GzipBody(new ByteArrayInputStream(bomb))) {
				byte[] buffer = new byte[8192];
				for (int read; (read = body.read(buffer)) > 0;) {
					count[0] += read;
				}
			}
		}).satisfies((problem) -> assertThat(problem.status()).isEqualTo(HttpStatus.CONTENT_TOO_LARGE));
		assertThat(count[0]).isLessThan(4_000_000);
	}

	@Test
	void headerWithoutEndIsRefused() {
		byte[] head = { 0x1F, (byte) 0x8B, 8, 8, 0, 0, 0, 0, 0, 3 };
		byte[] name = new byte[1_000_000];
		Arrays.fill(name, (byte) 'n');
		assertThatIsRefused(join(head, name), "it is damaged");
	}

	@Test
	void bodyMayBeReadByteByByte() throws IOException {
		try (InputStream body = new GzipBody(new ByteArrayInputStream(gzip(new byte[] { (byte) 0xFF, 1 })))) {
			assertThat(body.read(new byte[0])).isZero();
			assertThat(body.read()).isEqualTo(0xFF);
			assertThat(body.read()).isEqualTo(1);
			assertThat(body.read()).isEqualTo(-1);
			assertThat(body.read(new byte[8])).isEqualTo(-1);
		}
	}

	private static void assertThatIsRefused(byte[] body, String reason) {
		for (int piece : new int[] { 1, 1000 }) {
			assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> unpack(body, piece))
				.withMessageContaining(reason)
				.satisfies((problem) -> assertThat(problem.status()).isEqualTo(HttpStatus.BAD_REQUEST));
		}
	}

	private static byte[] unpack(byte[] body, int piece) throws IOException {
		InputStream source = new ByteArrayInputStream(body) {

			@Override
			public int read(byte[] target, int offset, int length) {
				return super.read(target, offset, Math.min(length, piece));
			}

		};
		try (InputStream unpacked = new GzipBody(source)) {
			return unpacked.readAllBytes();
		}
	}

	private static byte[] gzip(byte[] content) throws IOException {
		ByteArrayOutputStream compressed = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
			gzip.write(content);
		}
		return compressed.toByteArray();
	}

	private static byte[] join(byte[]... parts) {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		for (byte[] part : parts) {
			all.writeBytes(part);
		}
		return all.toByteArray();
	}

}
