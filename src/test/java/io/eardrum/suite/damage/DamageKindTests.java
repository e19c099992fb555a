package io.eardrum.suite.damage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.embedded.DamagedStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * That each {@link DamageKind} does what it says, and never to the image that it is
 * given.
 */
class DamageKindTests {

	private static final PutHistory HISTORY = new PutHistory("kinds", 1);

	private static final int SYNCED = 60;

	private final List<StoreImage> images = new ArrayList<>();

	@TempDir
	Path directory;

	@BeforeEach
	void makeImages() throws IOException {
		int number = 0;
		for (StoreImage.State state : List.of(StoreImage.State.CLOSED, StoreImage.State.BACKUP,
				StoreImage.State.EARLIER, StoreImage.State.KILLED)) {
			number++;
			this.images.add(makeImage("grown/" + number + "-" + state, state, number));
		}
		this.images.add(makeImage("other/1-closed", StoreImage.State.CLOSED, 9));
	}

	private StoreImage makeImage(String name, StoreImage.State state, int content) throws IOException {
		Path files = Files.createDirectories(this.directory.resolve("images").resolve(name.replace('/', '.')));
		for (String file : List.of("CURRENT", "MANIFEST-000005", "OPTIONS-000007", "000009.sst", "000011.sst",
				"000012.log", "000013.log", "eardrum.closed")) {
			Files.write(files.resolve(file), records(content, file.length()));
		}
		Files.createFile(files.resolve("eardrum.running"));
		return new StoreImage(name, files, "always", HISTORY, 1, 2, state, "000013.log", SYNCED);
	}

	// Three records of 7 and 20 bytes each.
	private static byte[] records(int content, int other) {
		ByteBuffer bytes = ByteBuffer.allocate(3 * 27).order(ByteOrder.LITTLE_ENDIAN);
		for (int i = 0; i < 3; i++) {
			byte[] data = new byte[20];
			Arrays.fill(data, (byte) (content * 10 + other + i));
			bytes.putInt(1).putShort((short) 20).put((byte) 1).put(data);
		}
		return bytes.array();
	}

	@ParameterizedTest
	@EnumSource(DamageKind.class)
	void damagesACopyAndNotTheImageAndRepeatsItself(DamageKind kind) throws IOException {
		Map<StoreImage, NavigableMap<String, String>> before = new HashMap<>();
		for (StoreImage image : this.images) {
			before.put(image, StoreFiles.list(image.directory()));
		}
		List<DamageKind.Target> targets = new ArrayList<>(kind.targets(this.images));
		Collections.shuffle(targets, new Random(1));
		int tries = 0;
		int damages = 0;
		for (DamageKind.Target target : targets.subList(0, Math.min(10, targets.size()))) {
			for (int seed = 0; seed < 2; seed++) {
				DamageTrial.Plan plan = kind.plan(1, seed, target);
				NavigableMap<String, String> once = inflict(plan, "once");
				assertThat(inflict(plan, "twice")).isEqualTo(once);
				tries++;
				damages += once.equals(before.get(target.base())) ? 0 : 1;
				assertThat(plan.truths()).isNotEmpty();
			}
		}
		// By chance, some change nothing.
		assertThat(damages).isGreaterThan(tries / 2);
		for (StoreImage image : this.images) {
			assertThat(StoreFiles.list(image.directory())).as(image.name()).isEqualTo(before.get(image));
		}
	}

	private NavigableMap<String, String> inflict(DamageTrial.Plan plan, String name) throws IOException {
		Path copy = this.directory.resolve(name);
		StoreFiles.copy(plan.base().directory(), copy);
		plan.damage().inflict(copy, new Random(plan.seed()));
		NavigableMap<String, String> files = StoreFiles.list(copy);
		StoreFiles.deleteFiles(copy);
		return files;
	}

	@ParameterizedTest
	@EnumSource(value = DamageKind.class, names = { "BIT_FLIPPED", "START_FLIPPED", "END_FLIPPED", "EMPTIED", "CUT",
			"PAGE_ZEROED", "END_ZEROED", "APPENDED", "DELETED" })
	void damagesEachFileAndNoOther(DamageKind kind) throws IOException {
		NavigableSet<String> damaged = new TreeSet<>();
		for (DamageKind.Target target : kind.targets(this.images)) {
			NavigableSet<String> changed = StoreFiles.differences(StoreFiles.list(target.base().directory()),
					inflict(kind.plan(1, 1, target), "copy"));
			assertThat(changed).containsExactly(target.fileName());
			assertThat(target.base().state()).isNotEqualTo(StoreImage.State.EARLIER);
			damaged.add(target.base().name() + " " + target.fileName());
		}
		int files = (kind == DamageKind.APPENDED || kind == DamageKind.DELETED) ? 9 : 8;
		assertThat(damaged).hasSize(4 * files);
	}

	@Test
	void cutsAtEachRecord() throws IOException {
		List<DamageKind.Target> targets = DamageKind.CUT_AT_A_RECORD.targets(this.images);
		// Of three files in four images, behind the first two records.
		assertThat(targets).hasSize(4 * 3 * 2)
			.allSatisfy((target) -> assertThat(target.place()).isIn(27L, 54L))
			.allSatisfy((target) -> assertThat(target.fileName()).matches("MANIFEST-000005|00001[23]\\.log"));
		assertThat(inflict(DamageKind.CUT_AT_A_RECORD.plan(1, 1, targets.get(0)), "copy").get("000012.log"))
			.startsWith("27 bytes");
	}

	@Test
	void recordsOfARealLogBeginWhereTheyAreFound() throws IOException {
		Path path = this.directory.resolve("store");
		try (DamagedStore store = new DamagedStore(path, "never", false)) {
			for (int put = 0; put < 20; put++) {
				store.repository().put(HISTORY.batch(put));
			}
			// Longer than a block, so that it is in several parts.
			PointBatch batch = new PointBatch();
			for (int i = 0; i < 5000; i++) {
				batch.add(SeriesKey.of("long"), i, Math.sqrt(i));
			}
			store.repository().put(batch);
			store.repository().put(HISTORY.batch(20));
		}
		NavigableSet<String> names = StoreFiles.names(path);
		names.removeIf((name) -> !name.endsWith(".log"));
		Path log = path.resolve(names.last());
		byte[] bytes = Files.readAllBytes(log);
		List<Long> boundaries = StoreFiles.recordBoundaries(log);
		assertThat(boundaries).hasSizeGreaterThanOrEqualTo(21);
		for (int length = 1; length < bytes.length; length += (length < 500) ? 1 : 499) {
			Path cut = Files.write(this.directory.resolve("cut.log"), Arrays.copyOf(bytes, length));
			long cutAt = length;
			boolean whole = boundaries.contains(cutAt);
			assertThat(DamagedStore.isWholeLog(cut)).as("cut at %s", length).isEqualTo(whole);
		}
		for (long boundary : boundaries) {
			Path cut = Files.write(this.directory.resolve("cut.log"), Arrays.copyOf(bytes, (int) boundary));
			assertThat(DamagedStore.isWholeLog(cut)).as("cut at %s", boundary).isTrue();
		}
	}

	@Test
	void recordsBeginInTheNextBlockWhereNoHeaderFits() throws IOException {
		int block = 32 << 10;
		ByteBuffer bytes = ByteBuffer.allocate(block + 100).order(ByteOrder.LITTLE_ENDIAN);
		int first = block - 7 - 3;
		bytes.putShort(4, (short) first).put(6, (byte) 1);
		bytes.putShort(block + 4, (short) 20).put(block + 6, (byte) 1);
		bytes.putShort(block + 27 + 4, (short) 10).put(block + 27 + 6, (byte) 1);
		// The rest is zero, as of a file that was made longer than it is.
		Path log = Files.write(this.directory.resolve("000001.log"), bytes.array());
		assertThat(StoreFiles.recordBoundaries(log)).containsExactly((long) block, block + 27L);
	}

	@Test
	void storeMayDeleteFilesWhileItIsCopied() throws Exception {
		Path store = Files.createDirectories(this.directory.resolve("store"));
		Files.writeString(store.resolve("000009.sst"), "stays");
		Path copy = this.directory.resolve("copy");
		Thread merging = new Thread(() -> {
			try {
				for (int i = 0; i < 3000; i++) {
					Path merged = store.resolve("%06d.sst".formatted(10 + i % 20));
					Files.writeString(merged, "merged");
					Files.delete(merged);
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		});
		merging.start();
		do {
			StoreFiles.copyRunning(store, copy);
			assertThat(copy.resolve("000009.sst")).hasContent("stays");
		}
		while (merging.isAlive());
		StoreFiles.copyRunning(store, copy);
		assertThat(StoreFiles.names(copy)).containsExactly("000009.sst");
	}

	@Test
	void copyMayBeWrittenToButForItsPoints() throws IOException {
		StoreImage image = this.images.get(0);
		NavigableMap<String, String> before = StoreFiles.list(image.directory());
		Path copy = this.directory.resolve("copy");
		StoreFiles.copy(image.directory(), copy);
		for (String name : StoreFiles.names(copy)) {
			if (!name.endsWith(".sst")) {
				Files.writeString(copy.resolve(name), "new");
			}
		}
		assertThat(StoreFiles.list(image.directory())).isEqualTo(before);
		StoreFiles.restore(before.keySet(), image.directory(), copy);
		assertThat(StoreFiles.list(copy)).isEqualTo(before);
	}

	@Test
	void tearsNothingThatWasSynced() throws IOException {
		List<DamageKind.Target> targets = DamageKind.TORN.targets(this.images);
		assertThat(targets).singleElement()
			.satisfies((target) -> assertThat(target.base().state()).isEqualTo(StoreImage.State.KILLED));
		StoreImage killed = targets.get(0).base();
		byte[] whole = Files.readAllBytes(killed.directory().resolve("000013.log"));
		for (int seed = 0; seed < 50; seed++) {
			DamageTrial.Plan plan = DamageKind.TORN.plan(1, seed, targets.get(0));
			assertThat(plan.torn()).isTrue();
			Path copy = this.directory.resolve("copy");
			StoreFiles.copy(killed.directory(), copy);
			plan.damage().inflict(copy, new Random(seed));
			byte[] torn = Files.readAllBytes(copy.resolve("000013.log"));
			assertThat(torn.length).isGreaterThanOrEqualTo(whole.length);
			assertThat(Arrays.copyOf(torn, SYNCED)).isEqualTo(Arrays.copyOf(whole, SYNCED));
			StoreFiles.deleteFiles(copy);
		}
	}

	@ParameterizedTest
	@EnumSource(value = DamageKind.class,
			names = { "OLDER_OVER_NEWER", "NEWER_OVER_OLDER", "BACKUP_OVER_KILLED", "OTHER_STORE_OVER" })
	void laysOneImageOverAnother(DamageKind kind) throws IOException {
		for (DamageKind.Target target : kind.targets(this.images)) {
			DamageTrial.Plan plan = kind.plan(1, 1, target);
			StoreImage last = plan.truths().get(plan.truths().size() - 1);
			assertThat(inflict(plan, "copy")).containsAllEntriesOf(StoreFiles.list(last.directory()));
			boolean sameStore = last.store().equals(plan.base().store());
			assertThat(sameStore).isEqualTo(kind != DamageKind.OTHER_STORE_OVER);
			if (kind != DamageKind.OTHER_STORE_OVER) {
				assertThat(last.name().compareTo(plan.base().name()) > 0)
					.isEqualTo(kind == DamageKind.NEWER_OVER_OLDER);
			}
			assertThat(plan.truths().contains(plan.base())).isEqualTo(kind != DamageKind.NEWER_OVER_OLDER);
		}
	}

	@Test
	void olderVersionIsOfTheSameStoreAndAnotherOne() throws IOException {
		assertThat(DamageKind.OLDER_VERSION.targets(this.images)).isNotEmpty().allSatisfy((target) -> {
			StoreImage other = Objects.requireNonNull(target.other());
			assertThat(other.store()).isEqualTo(target.base().store());
			assertThat(other.name()).isLessThan(target.base().name());
			assertThat(target.otherFile()).isEqualTo(target.fileName());
		});
	}

	@Test
	void interruptedCopyHasNothingBehindTheFileThatIsCut() throws IOException {
		for (DamageKind.Target target : DamageKind.COPY_INTERRUPTED.targets(this.images)) {
			NavigableMap<String, String> copy = inflict(DamageKind.COPY_INTERRUPTED.plan(1, 3, target), "copy");
			assertThat(copy.lastKey()).isEqualTo(target.fileName());
			NavigableMap<String, String> whole = StoreFiles.list(target.base().directory());
			assertThat(whole).containsAllEntriesOf(copy.headMap(target.fileName()));
			assertThat(copy.headMap(target.fileName())).hasSameSizeAs(whole.headMap(target.fileName()));
		}
	}

}
