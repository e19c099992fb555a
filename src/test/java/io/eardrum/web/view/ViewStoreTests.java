package io.eardrum.web.view;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.eardrum.fixture.MovableClock;
import io.eardrum.fixture.TestThreads;
import io.eardrum.web.http.problem.RequestProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ViewStore} and its file.
 */
@ExtendWith(OutputCaptureExtension.class)
class ViewStoreTests {

	private static final Instant NOW = Instant.parse("2026-12-01T08:00:00.123Z");

	private static final SavedView OFFICE = new SavedView("office", "key=palm.cpu&range=1h", NOW);

	private final MovableClock clock = new MovableClock(NOW.plusNanos(456));

	@TempDir
	Path directory;

	@Test
	void viewsOutliveTheServer() {
		ViewStore store = open();
		assertThat(store.all()).isEmpty();
		assertThat(this.directory).as("nothing is made before it is needed").isEmptyDirectory();
		assertThat(store.save("office", OFFICE.address())).isEqualTo(OFFICE);
		SavedView second = store.save("Größe 2", "key=gr%C3%B6%C3%9Fe");
		assertThat(open().all()).containsExactly(second, OFFICE);
		assertThat(open().get("Größe 2")).isEqualTo(second);
		assertThat(open().get("none")).isNull();
		assertThat(store.delete("office")).isTrue();
		assertThat(store.delete("office")).isFalse();
		assertThat(open().all()).containsExactly(second);
		assertThat(store.damage()).isNull();
	}

	@Test
	void directoryIsMadeIfItIsMissing() {
		Path file = this.directory.resolve("new/data/eardrum.views");
		new ViewStore(file, this.clock).save("office", OFFICE.address());
		assertThat(new ViewStore(file, this.clock).all()).containsExactly(OFFICE);
	}

	@Test
	void laterOneOfTheSameNameStays() {
		ViewStore store = open();
		store.save("office", "range=5m");
		store.save("office", OFFICE.address());
		assertThat(store.all()).containsExactly(OFFICE);
		assertThat(open().all()).containsExactly(OFFICE);
	}

	@Test
	void writersAtOnceLeaveAWholeFile() {
		ViewStore store = open();
		List<CompletableFuture<Void>> writers = new ArrayList<>();
		for (int writer = 0; writer < 4; writer++) {
			String address = "range=" + (writer + 1) + "h";
			writers.add(CompletableFuture.runAsync(() -> {
				for (int i = 0; i < 20; i++) {
					store.save("same", address);
					assertThat(open().damage()).isNull();
				}
			}, TestThreads.NEW_THREAD));
		}
		assertThat(writers).allSatisfy((writer) -> assertThat(writer).succeedsWithin(Duration.ofMinutes(1)));
		assertThat(open().all()).hasSize(1).isEqualTo(store.all());
	}

	@Test
	void thereAreOnlySoMany() {
		ViewStore store = new ViewStore(null, this.clock);
		for (int i = 0; i < ViewStore.MAX_VIEWS; i++) {
			store.save("view " + i, "range=1h");
		}
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> store.save("one more", "range=1h"))
			.withMessageContaining("200");
		store.save("view 0", "range=5m");
		assertThat(store.delete("view 1")).isTrue();
		store.save("one more", "range=1h");
		assertThat(store.all()).hasSize(ViewStore.MAX_VIEWS);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "junk", "eardrum views 1\n", "eardrum views 1\nend 1\n",
			"eardrum views 1\nend 0\nmore", "eardrum views 1\nend 0", "eardrum views 2\nend 0\n",
			"eardrum views 1\n01234567 1 a b\nend 1\n", "eardrum views 1\nshort\nend 1\n" })
	void damageIsFoundAndKept(String content, CapturedOutput output) throws IOException {
		Files.writeString(file(), content);
		ViewStore store = open();
		assertThat(store.all()).isEmpty();
		assertThat(store.damage()).contains("damaged; 0 views");
		assertThat(output).contains(file().toString()).contains("is damaged");
		assertThat(file()).as("reading changes nothing").hasContent(content);
		store.save("office", OFFICE.address());
		assertThat(store.damage()).isNull();
		assertThat(open().all()).containsExactly(OFFICE);
		assertThat(kept()).singleElement().satisfies((copy) -> assertThat(copy).hasContent(content));
	}

	@Test
	void undamagedLinesAreRead() throws IOException {
		ViewStore store = open();
		store.save("a", "range=1h");
		store.save("b", "range=3h");
		store.save("office", OFFICE.address());
		String text = Files.readString(file());
		Files.writeString(file(), text.replace("range=3h", "range=6h"));
		ViewStore damaged = open();
		assertThat(damaged.all()).extracting(SavedView::name).containsExactly("a", "office");
		assertThat(damaged.damage()).contains("2 views");
		assertThat(damaged.delete("a")).isTrue();
		assertThat(open().all()).containsExactly(OFFICE);
		assertThat(kept()).singleElement().satisfies((copy) -> assertThat(copy).content().contains("range=6h"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "x office range=1h", "1 %zz range=1h" })
	void lineThatNobodyHasWrittenIsDamage(String line) throws IOException {
		CRC32C checksum = new CRC32C();
		checksum.update(line.getBytes(StandardCharsets.ISO_8859_1));
		Files.writeString(file(), "eardrum views 1\n%08x %s\nend 1\n".formatted(checksum.getValue(), line));
		assertThat(open().all()).isEmpty();
		assertThat(open().damage()).isNotNull();
	}

	@Test
	void hugeFileIsDamage() throws IOException {
		try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
			file.setLength((16 << 20) + 1);
		}
		assertThat(open().damage()).isNotNull();
	}

	@Test
	void unreadableFileIsTriedAgainAndNeverReplaced(CapturedOutput output) throws IOException {
		Files.createDirectory(file());
		ViewStore store = open();
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(store::all)
			.withMessageContaining("can't be read")
			.satisfies((problem) -> assertThat(problem.status().value()).isEqualTo(503));
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> store.save("office", "range=1h"));
		assertThat(output.getOut().split("can't be read", -1)).as("logged once in a while").hasSize(2);
		Files.delete(file());
		assertThat(store.all()).isEmpty();
		assertThat(store.save("office", OFFICE.address())).isEqualTo(OFFICE);
	}

	@Test
	void failedWriteChangesNothing(CapturedOutput output) throws IOException {
		ViewStore store = open();
		store.save("office", OFFICE.address());
		Path obstacle = Files.createDirectories(this.directory.resolve("eardrum.views.tmp/x"));
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> store.save("second", "range=1h"))
				.withMessageContaining("can't be written");
		}
		assertThat(output.getOut().split("can't be written", -1)).hasSize(2);
		assertThat(store.all()).containsExactly(OFFICE);
		Files.delete(obstacle);
		Files.delete(Objects.requireNonNull(obstacle.getParent()));
		store.save("second", "range=1h");
		assertThat(open().all()).hasSize(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "a", "Büro 2.1_x-y", "日本", "9", "e\u0301t\u00e9", "a." })
	void namesAreWords(String name) {
		assertThat(SavedView.isName(name)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " a", "a ", ".", "..", "a/b", "a\nb", "-a", "a?b", "a%b" })
	void otherTextsAreNoNames(String name) {
		assertThat(SavedView.isName(name)).isFalse();
		assertThat(SavedView.isName("a".repeat(101))).isFalse();
		assertThat(SavedView.isName("a".repeat(100))).isTrue();
	}

	private List<Path> kept() throws IOException {
		List<Path> kept = new ArrayList<>();
		try (DirectoryStream<Path> files = Files.newDirectoryStream(this.directory, "eardrum.views.damaged-*")) {
			files.forEach(kept::add);
		}
		return kept;
	}

	private Path file() {
		return this.directory.resolve("eardrum.views");
	}

	private ViewStore open() {
		return new ViewStore(file(), this.clock);
	}

}
