package io.eardrum.suite.power;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What {@link RecordedDisk} makes of records that are made up: what may be lost, is in
 * some image, and what is safe is in all.
 */
class RecordedDiskTests {

	private static final int IMAGES = 300;

	private static final int PAGE = 4096;

	private static final int SECTOR = 512;

	private static final int DIRECTORY = 3;

	private static final int FILE = 4;

	private static final int OTHER = 5;

	private static final String ROOT = "/disk";

	@TempDir
	Path directory;

	private PowerRecord.Notes notes;

	private int syncs;

	@BeforeEach
	void begin() throws IOException {
		this.notes = new PowerRecord.Notes(this.directory.resolve("record"));
		this.notes.add(PowerRecord.STARTED);
		open(DIRECTORY, "", false);
	}

	@AfterEach
	void end() throws IOException {
		this.notes.close();
	}

	@ParameterizedTest
	@EnumSource
	void whatWasSyncedIsThere(RecordedDisk.Names names) throws IOException {
		open(FILE, "a", true);
		write(FILE, 0, 10_000, 'x');
		sync(FILE);
		sync(DIRECTORY);
		assertThat(images(names, (image) -> text(image, "a"))).containsExactly("x".repeat(10_000));
	}

	@Test
	void whatWasWrittenSinceASyncBeganMayBeLost() throws IOException {
		open(FILE, "a", true);
		sync(DIRECTORY);
		write(FILE, 0, 4, 'x');
		int sync = beginSync(FILE);
		write(FILE, 4, 4, 'y');
		endSync(FILE, sync, 0);
		assertThat(images(RecordedDisk.Names.UNORDERED, (image) -> text(image, "a"))).contains("xxxx", "xxxxyyyy")
			.allMatch((text) -> text.matches("xxxx(yyyy|\0{4})?"));
	}

	@Test
	void syncThatHasNotEndedKeepsNothing() throws IOException {
		open(FILE, "a", true);
		sync(DIRECTORY);
		write(FILE, 0, 4, 'x');
		beginSync(FILE);
		assertThat(images(RecordedDisk.Names.UNORDERED, (image) -> text(image, "a"))).contains("", "xxxx");
	}

	@Test
	void syncThatHasFailedKeepsNothing() throws IOException {
		open(FILE, "a", true);
		sync(DIRECTORY);
		write(FILE, 0, 4, 'x');
		endSync(FILE, beginSync(FILE), -1);
		assertThat(images(RecordedDisk.Names.UNORDERED, (image) -> text(image, "a"))).contains("", "xxxx");
	}

	@Test
	void pagesAreKeptLostOrTorn() throws IOException {
		open(FILE, "a", true);
		write(FILE, 0, 2 * PAGE, 'x');
		sync(FILE);
		sync(DIRECTORY);
		write(FILE, 0, 4 * PAGE, 'y');
		Set<String> sectors = images(RecordedDisk.Names.UNORDERED, (image) -> {
			String text = text(image, "a");
			StringBuilder firsts = new StringBuilder();
			for (int i = 0; i < text.length(); i += SECTOR) {
				String sector = text.substring(i, Math.min(text.length(), i + SECTOR));
				assertThat(sector.chars().distinct().count()).isEqualTo(1);
				firsts.append((sector.charAt(0) == 0) ? '0' : sector.charAt(0));
			}
			return firsts.toString();
		});
		assertThat(sectors).contains("x".repeat(16), "y".repeat(32))
			.allMatch((text) -> text.matches("(y*x*){2}(y*0*){2}"))
			// One page is there and not the one before it.
			.anyMatch((text) -> text.startsWith("x".repeat(8) + "y".repeat(8)))
			.anyMatch((text) -> text.matches("y{8}x{8}.*"))
			// One is there in part.
			.anyMatch((text) -> text.matches("(x{8}|y{8})y{1,7}x{1,7}.*"))
			// The size is, and the page is not.
			.anyMatch((text) -> text.length() == 32 && text.endsWith("0".repeat(8)))
			// The page was, and the size is not.
			.anyMatch((text) -> text.length() == 16 && text.endsWith("y"));
	}

	@Test
	void pageMayBeAsItWasBetweenTwoWrites() throws IOException {
		open(FILE, "a", true);
		sync(DIRECTORY);
		for (char letter : "pqrstuv".toCharArray()) {
			write(FILE, 0, PAGE, letter);
		}
		assertThat(images(RecordedDisk.Names.UNORDERED, (image) -> text(image, "a"))).contains("", "q".repeat(PAGE),
				"s".repeat(PAGE), "v".repeat(PAGE));
	}

	@Test
	void cutMayBeLost() throws IOException {
		open(FILE, "a", true);
		write(FILE, 0, 2 * PAGE, 'x');
		sync(FILE);
		sync(DIRECTORY);
		this.notes.add(PowerRecord.SIZED, FILE, PAGE, 0, ByteBuffer.allocate(0), 0);
		assertThat(images(RecordedDisk.Names.ORDERED, (image) -> text(image, "a"))).contains("x".repeat(PAGE),
				"x".repeat(2 * PAGE));
		sync(FILE);
		assertThat(images(RecordedDisk.Names.ORDERED, (image) -> text(image, "a"))).containsExactly("x".repeat(PAGE));
	}

	@Test
	void openingMayEmptyAFile() throws IOException {
		open(FILE, "a", true);
		write(FILE, 0, 100, 'x');
		sync(FILE);
		sync(DIRECTORY);
		this.notes.add(PowerRecord.OPENED, OTHER, 0, 1, bytes(ROOT + "/a"), ROOT.length() + 2);
		write(OTHER, 0, 4, 'y');
		sync(OTHER);
		assertThat(images(RecordedDisk.Names.ORDERED, (image) -> text(image, "a"))).containsExactly("yyyy");
	}

	@Test
	void orderedNamesComeInTheirOrder() throws IOException {
		open(FILE, "a", true);
		open(OTHER, "b", true);
		name(PowerRecord.UNLINKED, "a", "");
		assertThat(images(RecordedDisk.Names.ORDERED, RecordedDiskTests::names)).containsExactlyInAnyOrder("", "a",
				"a b", "b");
		sync(OTHER);
		assertThat(images(RecordedDisk.Names.ORDERED, RecordedDiskTests::names)).containsExactlyInAnyOrder("a b", "b");
		sync(DIRECTORY);
		assertThat(images(RecordedDisk.Names.ORDERED, RecordedDiskTests::names)).containsExactly("b");
	}

	@Test
	void unorderedNamesComeInAnyOrder() throws IOException {
		open(FILE, "a", true);
		open(OTHER, "b", true);
		sync(OTHER);
		assertThat(images(RecordedDisk.Names.UNORDERED, RecordedDiskTests::names)).containsExactlyInAnyOrder("", "a",
				"b", "a b");
		sync(DIRECTORY);
		assertThat(images(RecordedDisk.Names.UNORDERED, RecordedDiskTests::names)).containsExactly("a b");
	}

	@ParameterizedTest
	@EnumSource
	void renameIsKeptAsAWhole(RecordedDisk.Names names) throws IOException {
		open(FILE, "new", true);
		write(FILE, 0, 1, 'n');
		sync(FILE);
		open(OTHER, "old", true);
		write(OTHER, 0, 1, 'o');
		sync(OTHER);
		sync(DIRECTORY);
		name(PowerRecord.RENAMED, "new", "old");
		assertThat(images(names, (image) -> names(image) + ":" + text(image, "old")))
			.containsExactlyInAnyOrder("new old:o", "old:n");
	}

	@ParameterizedTest
	@EnumSource
	void directoryTakesItsFilesAlong(RecordedDisk.Names names) throws IOException {
		name(PowerRecord.MADE_DIRECTORY, "copy.tmp", "");
		open(FILE, "copy.tmp/a", true);
		open(OTHER, "copy.tmp", false);
		sync(OTHER);
		sync(DIRECTORY);
		name(PowerRecord.RENAMED, "copy.tmp", "copy");
		assertThat(images(names, RecordedDiskTests::names)).containsExactlyInAnyOrder("copy.tmp/a", "copy/a");
		// That of the directory itself does not do.
		sync(OTHER);
		assertThat(images(RecordedDisk.Names.UNORDERED, RecordedDiskTests::names))
			.containsExactlyInAnyOrder("copy.tmp/a", "copy/a");
		sync(DIRECTORY);
		assertThat(images(names, RecordedDiskTests::names)).containsExactly("copy/a");
	}

	@Test
	void linkIsTheSameFile() throws IOException {
		open(FILE, "a", true);
		write(FILE, 0, 1, 'x');
		sync(FILE);
		name(PowerRecord.LINKED, "a", "b");
		name(PowerRecord.UNLINKED, "a", "");
		sync(DIRECTORY);
		Path written = this.directory.resolve("written");
		assertThat(images(RecordedDisk.Names.UNORDERED, (image) -> text(image, "b"))).containsExactly("x");
		name(PowerRecord.LINKED, "b", "c");
		disk().everything(record().count() - 1).writeTo(written, (path) -> true);
		assertThat(written.resolve("c")).hasContent("x");
		assertThat(Files.getAttribute(written.resolve("c"), "unix:nlink")).isEqualTo(2);
	}

	@Test
	void whatWasThereBeforeIsSafe() throws IOException {
		Path before = Files.createDirectories(this.directory.resolve("before/sub")).getParent();
		Files.writeString(before.resolve("sub/a"), "xxxx");
		open(FILE, "sub/a", false);
		write(FILE, 2, 4, 'y');
		RecordedDisk disk = new RecordedDisk(record(), Path.of(ROOT), before);
		assertThat(images(disk, RecordedDisk.Names.UNORDERED, (image) -> text(image, "sub/a"))).contains("xxxx",
				"xxyyyy");
	}

	@Test
	void nothingIsLostThatHappensLater() throws IOException {
		open(FILE, "a", true);
		sync(DIRECTORY);
		int moment = record().count() - 1;
		write(FILE, 0, 1, 'x');
		open(OTHER, "b", true);
		DiskImage image = disk().everything(moment);
		assertThat(names(image)).isEqualTo("a");
		assertThat(text(image, "a")).isEmpty();
	}

	@Test
	void whatCantBeRecordedIsSaid() throws IOException {
		this.notes.add(PowerRecord.UNKNOWN, 0, 0, "a file mapped for writing");
		assertThatIllegalStateException().isThrownBy(this::disk).withMessageContaining("a file mapped for writing");
	}

	private Set<String> images(RecordedDisk.Names names, Function<DiskImage, String> view) throws IOException {
		return images(disk(), names, view);
	}

	private Set<String> images(RecordedDisk disk, RecordedDisk.Names names, Function<DiskImage, String> view)
			throws IOException {
		int last = record().count() - 1;
		Set<String> seen = new TreeSet<>();
		for (int seed = 0; seed < IMAGES; seed++) {
			seen.add(view.apply(disk.powerFailure(last, names, seed)));
		}
		return seen;
	}

	private static String text(DiskImage image, String path) {
		try {
			return new String(image.bytes(path), StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String names(DiskImage image) {
		return StreamSupport.stream(image.paths().spliterator(), false).collect(Collectors.joining(" "));
	}

	private RecordedDisk disk() throws IOException {
		return new RecordedDisk(record(), Path.of(ROOT));
	}

	private PowerRecord record() throws IOException {
		return PowerRecord.read(this.directory.resolve("record"));
	}

	private void open(int descriptor, String path, boolean made) {
		String full = path.isEmpty() ? ROOT : ROOT + "/" + path;
		this.notes.add(PowerRecord.OPENED, descriptor, made ? 1 : 0, 0, bytes(full), full.length());
	}

	private void write(int descriptor, long offset, int length, char letter) {
		byte[] bytes = new byte[length];
		Arrays.fill(bytes, (byte) letter);
		this.notes.add(PowerRecord.WRITTEN, descriptor, offset, 0, ByteBuffer.wrap(bytes), length);
	}

	private void sync(int descriptor) {
		endSync(descriptor, beginSync(descriptor), 0);
	}

	private int beginSync(int descriptor) {
		this.notes.add(PowerRecord.SYNCING, descriptor, ++this.syncs, 0, ByteBuffer.allocate(0), 0);
		return this.syncs;
	}

	private void endSync(int descriptor, int number, int result) {
		this.notes.add(PowerRecord.SYNCED, descriptor, number, result, ByteBuffer.allocate(0), 0);
	}

	private void name(int type, String path, String second) {
		String full = ROOT + "/" + path;
		this.notes.add(type, -1, 0, 0, bytes(second.isEmpty() ? full : full + ROOT + "/" + second), full.length());
	}

	private static ByteBuffer bytes(String text) {
		return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
	}

}
