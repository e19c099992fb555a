package io.eardrum.cli.transfer;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.cli.file.FileProblem;
import io.eardrum.fixture.TestSeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link TextInput} and {@link GzipMembers}.
 */
class TextInputTests {

	@ParameterizedTest
	@ValueSource(strings = { "", "a", "a 1 1\n", "BZh 1 1\n", "BZh9 1 1\n", "PK 1 1\n", "PKware.cpu 1 1\n",
			"LZIP 1 1\n", "7z 1 1\n", "(a 1 1\n", "ﻀ 1 1\n", "\n\n", "ok\n" })
	void textStaysAsItIs(String text) throws IOException {
		assertThat(read(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(text);
	}

	@Test
	void byteOrderMarkIsDroppedOnce() throws IOException {
		assertThat(read(utf8("\uFEFFa 1 1\n\uFEFFb 1 1\n"))).isEqualTo("a 1 1\n\uFEFFb 1 1\n");
		assertThat(read(utf8("\uFEFF"))).isEmpty();
		assertThat(read(gzip("\uFEFFa 1 1\n"))).isEqualTo("a 1 1\n");
	}

	@Test
	void byteOrderMarkOfEachCompressedFileIsDropped() throws IOException {
		byte[] one = gzip("\uFEFFa 1 1\n");
		assertThat(read(join(one, one, gzip(""), gzip("b"), gzip(" 1 1\n"), one)))
			.isEqualTo("a 1 1\na 1 1\nb 1 1\na 1 1\n");
	}

	@ParameterizedTest
	@CsvSource({ "fffe6100, UTF-16", "feff0061, UTF-16", "fffe000061000000, UTF-16", "0000feff00000061, UTF-32",
			"61002000, UTF-16LE", "00610020, UTF-16BE", "28b52ffd2400, zstd", "fd377a585a000004, xz",
			"425a683931415926535900, bzip2", "425a683917724538509000, bzip2", "504b0304140000, zip",
			"504b050600000000, zip", "04224d186440, lz4", "4c5a495001, lzip", "1f9d9000, compress",
			"377abcaf271c0004, 7-Zip" })
	void whatIsNoTextIsNamed(String bytes, String name) throws IOException {
		byte[] data = HexFormat.of().parseHex(bytes);
		for (byte[] each : new byte[][] { data, gzip(data) }) {
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> read(each))
				.withMessageStartingWith("it is ")
				.withMessageContaining(" " + name);
		}
	}

	@Test
	void dataIsUnpackedWhateverItsNameIs() throws IOException {
		byte[] packed = gzip("a 1 1\n");
		for (boolean named : new boolean[] { false, true }) {
			try (InputStream input = TextInput.open(new ByteArrayInputStream(packed), named)) {
				assertThat(input).hasContent("a 1 1\n");
			}
		}
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> TextInput.open(new ByteArrayInputStream(utf8("a 1 1\n")), true))
			.withMessage("its name ends in .gz, but it is not a gzip file");
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> TextInput.open(new ByteArrayInputStream(new byte[0]), true))
			.withMessage("it is empty, and therefore not a gzip file");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> read(gzip(packed)))
			.withMessage("it is compressed twice; gunzip it once");
	}

	@Test
	void whereverItIsCutIsTold() throws IOException {
		byte[] first = headed(gzip("a 1 1\n"));
		byte[] both = join(first, gzip("b 2 2\n"), gzip("\uFEFFc 3 3\n"));
		int second = first.length + gzip("b 2 2\n").length;
		for (int length = 2; length < both.length; length++) {
			byte[] cut = Arrays.copyOf(both, length);
			if (length == first.length || length == second) {
				assertThat(read(cut)).isEqualTo((length == second) ? "a 1 1\nb 2 2\n" : "a 1 1\n");
			}
			else {
				assertThatExceptionOfType(IOException.class).as("after " + length)
					.isThrownBy(() -> read(cut))
					.satisfies((ex) -> assertThat(FileProblem.of(ex)).isEqualTo("it is cut off"));
			}
		}
		assertThat(read(both)).isEqualTo("a 1 1\nb 2 2\nc 3 3\n");
	}

	@Test
	void whateverByteIsChangedIsToldOrChangesNothing() throws IOException {
		byte[] whole = join(gzip("a 1 1\n"), gzip("b 2 2\n"));
		for (int i = 2; i < whole.length; i++) {
			byte[] changed = whole.clone();
			changed[i] ^= 0x55;
			try {
				// The header's system and time may be anything.
				assertThat(read(changed)).as("byte " + i).isEqualTo("a 1 1\nb 2 2\n");
			}
			catch (IOException ex) {
				assertThat(FileProblem.of(ex)).matches(".*(compressed|cut off).*").doesNotContain("java.");
			}
		}
	}

	@Test
	void zerosBehindTheEndArePaddingAndAllElseIsNot() throws IOException {
		byte[] packed = gzip("a 1 1\n");
		assertThat(read(join(packed, new byte[1_000]))).isEqualTo("a 1 1\n");
		for (byte[] rest : new byte[][] { utf8("x"), utf8("b 1 1\n"), { 0, 0, 1 }, { 0, 0x1F, (byte) 0x8B } }) {
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> read(join(packed, rest)))
				.withMessageContaining("follows");
		}
	}

	@Test
	void readsWhatTheStreamsOfTheJdkWriteHoweverItIsCut() throws IOException {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		for (int i = 0; i < 50; i++) {
			byte[] text = new byte[random.nextInt(700_000)];
			random.nextBytes(text);
			// Half of it compresses well.
			Arrays.fill(text, 0, text.length / 2, (byte) 'a');
			byte[] packed = join(gzip(text), gzip(text));
			InputStream slow = new ByteArrayInputStream(packed) {

				@Override
				public int read(byte[] target, int offset, int length) {
					return super.read(target, offset, Math.min(length, 1 + random.nextInt(100_000)));
				}

			};
			try (InputStream input = TextInput.open(slow, true)) {
				assertThat(input.readAllBytes()).as("seed %d", seed).isEqualTo(join(text, text));
			}
		}
	}

	private static String read(byte[] bytes) throws IOException {
		try (InputStream input = TextInput.open(new ByteArrayInputStream(bytes), false)) {
			return new String(input.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	// With a name, a comment, extra bytes and a checksum of the header.
	private static byte[] headed(byte[] packed) {
		byte[] start = Arrays.copyOf(packed, 10);
		start[3] = 2 | 4 | 8 | 16;
		return join(start, new byte[] { 3, 0, 1, 2, 3 }, utf8("name\0comment\0"), new byte[] { 1, 2 },
				Arrays.copyOfRange(packed, 10, packed.length));
	}

	private static byte[] gzip(String text) throws IOException {
		return gzip(utf8(text));
	}

	private static byte[] gzip(byte[] bytes) throws IOException {
		ByteArrayOutputStream packed = new ByteArrayOutputStream();
		try (GZIPOutputStream output = new GZIPOutputStream(packed)) {
			output.write(bytes);
		}
		return packed.toByteArray();
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static byte[] join(byte[]... parts) {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		for (byte[] part : parts) {
			all.writeBytes(part);
		}
		return all.toByteArray();
	}

}
