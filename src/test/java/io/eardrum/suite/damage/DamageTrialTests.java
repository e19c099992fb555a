package io.eardrum.suite.damage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.metric.PointBatch;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * That {@link DamageTrial} finds out stores that misbehave, and lets others pass.
 */
class DamageTrialTests {

	private static final PutHistory HISTORY = new PutHistory("fake", 7);

	private static final int KEPT = 30;

	private static final int MADE = 40;

	private static final String LOG = "000012.log";

	private final FakeStore store = new FakeStore();

	@TempDir
	Path directory;

	private StoreImage image;

	@BeforeEach
	void makeImage() throws IOException {
		this.image = makeImage("store/2-killed", MADE);
	}

	private StoreImage makeImage(String name, int made) throws IOException {
		Path files = Files.createDirectories(this.directory.resolve("images").resolve(name.replace('/', '.')));
		for (String file : List.of("CURRENT", "MANIFEST-000005", "000009.sst", LOG, "IDENTITY")) {
			Files.writeString(files.resolve(file), file + " with " + made + " puts");
		}
		return new StoreImage(name, files, "always", HISTORY, Math.min(KEPT, made), made, StoreImage.State.KILLED, LOG,
				10);
	}

	@Test
	void storeThatIsRefusedByNameAndWholeAgainIsAsItMustBe() throws IOException {
		assertThat(verdict()).isEqualTo(DamageVerdict.REFUSED);
		// Two refusals, and the undamaged file.
		assertThat(this.store.opened).isEqualTo(3);
	}

	@Test
	void storeThatOpensWithEverythingIsWhole() throws IOException {
		this.store.damaged = () -> HISTORY.after(MADE);
		assertThat(verdict()).isEqualTo(DamageVerdict.WHOLE);
	}

	@Test
	void lastPutsMayBeMissing() throws IOException {
		this.store.damaged = () -> HISTORY.after(KEPT);
		assertThat(verdict()).isEqualTo(DamageVerdict.PERMITTED_LOSS);
	}

	@Test
	void putThatHadToBeKeptMustNotBeMissing() throws IOException {
		this.store.damaged = () -> HISTORY.after(KEPT - 1);
		assertThat(verdict()).isEqualTo(DamageVerdict.SILENT);
	}

	@Test
	void emptyStoreIsALoss() throws IOException {
		this.store.damaged = Map::of;
		assertThat(verdict()).isEqualTo(DamageVerdict.SILENT);
	}

	@Test
	void missingPointIsALoss() throws IOException {
		this.store.damaged = () -> {
			Map<String, Map<Long, Double>> rows = HISTORY.after(MADE);
			rows.values().iterator().next().clear();
			return rows;
		};
		assertThat(verdict()).isEqualTo(DamageVerdict.SILENT);
	}

	@Test
	void oldValueIsALoss() throws IOException {
		this.store.damaged = () -> {
			Map<String, Map<Long, Double>> rows = HISTORY.after(MADE);
			Map<String, Map<Long, Double>> old = HISTORY.after(KEPT);
			old.forEach((key, points) -> points.forEach((timestamp, value) -> {
				if (!value.equals(rows.getOrDefault(key, Map.of()).get(timestamp))) {
					rows.computeIfAbsent(key, (unused) -> new TreeMap<>()).put(timestamp, value);
				}
			}));
			// The last put is there, and some of those before it are not.
			HISTORY.after(MADE).forEach((key, points) -> points.forEach((timestamp, value) -> {
				if (value == MADE - 1) {
					rows.computeIfAbsent(key, (unused) -> new TreeMap<>()).put(timestamp, value);
				}
			}));
			return rows;
		};
		assertThat(verdict()).isEqualTo(DamageVerdict.SILENT);
	}

	@ParameterizedTest
	@ValueSource(doubles = { 3, 0.5, MADE })
	void pointThatNeverWasPutIsFoundOut(double value) throws IOException {
		this.store.damaged = () -> {
			Map<String, Map<Long, Double>> rows = HISTORY.after(MADE);
			rows.put("foreign", Map.of(5L, value));
			return rows;
		};
		assertThat(verdict()).isEqualTo(DamageVerdict.SILENT);
	}

	@Test
	void putThatNeverWasMadeIsFoundOut() throws IOException {
		this.store.damaged = () -> HISTORY.after(MADE + 1);
		assertThat(verdict()).isEqualTo(DamageVerdict.SILENT);
	}

	@Test
	void storeThatOpensTheSecondTimeIsFoundOut() throws IOException {
		this.store.refusals = 1;
		assertThat(verdict()).isEqualTo(DamageVerdict.REFUSED_THEN_OPENED);
	}

	@Test
	void storeThatIsRefusedForEverIsDestroyed() throws IOException {
		this.store.restored = () -> null;
		assertThat(verdict()).isEqualTo(DamageVerdict.DESTROYED);
	}

	@Test
	void storeThatLacksAPutWithTheFileBackIsDestroyed() throws IOException {
		this.store.restored = () -> HISTORY.after(MADE - 1);
		assertThat(verdict()).isEqualTo(DamageVerdict.DESTROYED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "CURRENT", "000013.sst", "IDENTITY", "eardrum.closed", LOG })
	void refusalThatWritesAFileIsFoundOut(String file) throws IOException {
		this.store.whenRefused = (path) -> Files.writeString(path.resolve(file), "new");
		assertThat(verdict()).isEqualTo(DamageVerdict.CHANGED);
	}

	@Test
	void refusalThatDeletesAFileIsFoundOut() throws IOException {
		this.store.whenRefused = (path) -> Files.deleteIfExists(path.resolve("000009.sst"));
		assertThat(verdict()).isEqualTo(DamageVerdict.CHANGED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "LOG", "LOG.old.1234", "LOCK", "eardrum.lock" })
	void refusalMayWriteReportsAndLocks(String file) throws IOException {
		this.store.whenRefused = (path) -> Files.writeString(path.resolve(file), "new");
		assertThat(verdict()).isEqualTo(DamageVerdict.REFUSED);
	}

	@Test
	void refusalWithoutANameIsFoundOut() throws IOException {
		this.store.message = "The store is damaged. Set eardrum.storage.path to a backup.";
		assertThat(verdict()).isEqualTo(DamageVerdict.UNNAMED);
	}

	@Test
	void refusalWithAnotherNameIsFoundOut() throws IOException {
		this.store.message = "The store is damaged: MANIFEST-000005";
		assertThat(verdict()).isEqualTo(DamageVerdict.WRONG_FILE);
	}

	@Test
	void refusalMaySayThatNoSingleFileIsDamaged() throws IOException {
		this.store.message = "MANIFEST-000005 lists it; no single file is damaged";
		assertThat(verdict()).isEqualTo(DamageVerdict.REFUSED);
	}

	@Test
	void missingLogHasNoName() throws IOException {
		this.store.message = "The log (a file *.log) is missing";
		assertThat(verdict()).isEqualTo(DamageVerdict.UNNAMED);
		assertThat(verdict((path, random) -> {
			Files.delete(path.resolve(LOG));
			return "deleted";
		})).isEqualTo(DamageVerdict.REFUSED);
	}

	@Test
	void adviceThatLosesWhatHadToBeKeptIsFoundOut() throws IOException {
		this.store.message = LOG + " is torn; eardrum.storage.recover=tail drops the end";
		this.store.recovered = () -> HISTORY.after(KEPT - 1);
		assertThat(verdict()).isEqualTo(DamageVerdict.BAD_HINT);
	}

	@Test
	void adviceThatDoesNotHelpIsFoundOut() throws IOException {
		this.store.message = LOG + " is torn; eardrum.storage.recover=tail drops the end";
		assertThat(verdict()).isEqualTo(DamageVerdict.BAD_HINT);
	}

	@Test
	void adviceThatLosesTheLastPutsIsAsItMustBe() throws IOException {
		this.store.message = LOG + " is torn; eardrum.storage.recover=tail drops the end";
		this.store.recovered = () -> HISTORY.after(KEPT);
		assertThat(verdict()).isEqualTo(DamageVerdict.REFUSED);
		assertThat(verdictOfTorn()).isEqualTo(DamageVerdict.REFUSED);
	}

	@Test
	void tornLogIsRefusedWithAdvice() throws IOException {
		assertThat(verdictOfTorn()).isEqualTo(DamageVerdict.NO_HINT);
	}

	@Test
	void storeThatIsNotWholeAtTheSecondStartIsFoundOut() throws IOException {
		this.store.damaged = () -> HISTORY.after((this.store.opened == 1) ? MADE : MADE - 1);
		assertThat(verdict()).isEqualTo(DamageVerdict.SECOND_START);
	}

	@Test
	void storeThatForgetsWhatWasPutLaterIsFoundOut() throws IOException {
		this.store.damaged = () -> HISTORY.after(MADE);
		this.store.forgets = true;
		assertThat(verdict()).isEqualTo(DamageVerdict.SECOND_START);
	}

	@Test
	void storeThatIsRefusedAtTheSecondStartIsFoundOut() throws IOException {
		this.store.damaged = () -> (this.store.opened == 1) ? HISTORY.after(MADE) : null;
		this.store.message = "can't be opened";
		assertThat(verdict()).isEqualTo(DamageVerdict.SECOND_START);
	}

	@Test
	void damageThatIsNamedMayBeFoundLater() throws IOException {
		this.store.damaged = () -> HISTORY.after(MADE);
		this.store.answer = "can't be written: " + LOG;
		assertThat(verdict()).isEqualTo(DamageVerdict.READ_FAILS);
		this.store.answer = null;
		this.store.damaged = () -> (this.store.opened == 1) ? HISTORY.after(MADE) : null;
		assertThat(verdict()).isEqualTo(DamageVerdict.READ_FAILS);
	}

	@Test
	void startThatHangsIsFoundOut() throws IOException {
		this.store.hangs = 1;
		assertThat(verdict()).isEqualTo(DamageVerdict.HANGS);
		this.store.hangs = 2;
		assertThat(verdict()).isEqualTo(DamageVerdict.HANGS);
		this.store.hangs = 4;
		assertThat(verdict()).isEqualTo(DamageVerdict.REFUSED);
	}

	@Test
	void storeThatTakesNoPutIsFoundOut() throws IOException {
		this.store.damaged = () -> HISTORY.after(MADE);
		this.store.answer = "read only";
		assertThat(verdict()).isEqualTo(DamageVerdict.SECOND_START);
	}

	@Test
	void readThatFailsByNameIsAsItMustBe() throws IOException {
		unreadableSeries();
		this.store.failure = "can't be read: " + LOG;
		assertThat(verdict()).isEqualTo(DamageVerdict.READ_FAILS);
	}

	@Test
	void readThatFailsWithoutANameIsFoundOut() throws IOException {
		unreadableSeries();
		this.store.failure = "can't be read";
		assertThat(verdict()).isEqualTo(DamageVerdict.UNNAMED);
	}

	@Test
	void readThatFailsHidesNoLoss() throws IOException {
		unreadableSeries();
		Rows whole = this.store.damaged;
		this.store.damaged = () -> {
			Map<String, Map<Long, Double>> rows = whole.get();
			assertThat(rows).isNotNull();
			rows.values().iterator().next().clear();
			return rows;
		};
		this.store.failure = "can't be read: " + LOG;
		assertThat(verdict()).isEqualTo(DamageVerdict.SILENT);
	}

	private void unreadableSeries() {
		String key = new TreeMap<>(HISTORY.after(MADE)).firstKey();
		this.store.unreadable = Set.of(key);
		this.store.damaged = () -> {
			Map<String, Map<Long, Double>> rows = HISTORY.after(MADE);
			rows.remove(key);
			return rows;
		};
	}

	@Test
	void storeMayBeAnyOfThoseThatWereMixed() throws IOException {
		StoreImage older = makeImage("store/1-closed", 12);
		this.store.damaged = () -> HISTORY.after(12);
		assertThat(verdict()).isEqualTo(DamageVerdict.SILENT);
		DamageTrial.Plan plan = new DamageTrial.Plan(1, 1, this.image, List.of(this.image, older), false, this::cutLog);
		assertThat(run(plan, List.of(this.image))).isEqualTo(DamageVerdict.WHOLE);
	}

	@Test
	void wholeCopyOfAnotherImageIsThatOne() throws IOException {
		StoreImage older = makeImage("store/1-closed", 12);
		this.store.damaged = () -> HISTORY.after(12);
		DamageTrial.Plan plan = plan(false, (path, random) -> {
			for (String name : StoreFiles.names(older.directory())) {
				// Nobody misses that one.
				if (!name.equals("IDENTITY")) {
					StoreFiles.copy(name, older.directory(), path);
				}
			}
			return "replaced";
		});
		assertThat(run(plan, List.of(this.image, older))).isEqualTo(DamageVerdict.WHOLE);
		assertThat(run(plan, List.of(this.image))).isEqualTo(DamageVerdict.SILENT);
	}

	@Test
	void whatACopyThatWasLaidOverHasLeftMayBeNamed() throws IOException {
		StoreImage newer = makeImage("store/3-closed", MADE + 1);
		Files.delete(newer.directory().resolve("000009.sst"));
		this.store.message = "there should be no file 000009.sst";
		DamageTrial.Plan plan = new DamageTrial.Plan(1, 1, this.image, List.of(newer), false, this::cutLog);
		assertThat(run(plan, List.of(this.image, newer))).isEqualTo(DamageVerdict.REFUSED);
		assertThat(verdict()).isEqualTo(DamageVerdict.WRONG_FILE);
	}

	@Test
	void imageThatIsNotWholeIsFoundOut() throws IOException {
		this.store.log = StoreFiles.list(this.image.directory()).get(LOG);
		DamageTrial trial = new DamageTrial(this.store, this.directory, List.of(this.image));
		assertThat(trial.whatIsWrongWith(this.image)).isNull();
		this.store.restored = () -> HISTORY.after(MADE - 1);
		assertThat(trial.whatIsWrongWith(this.image)).isNotNull();
		this.store.restored = () -> null;
		assertThat(trial.whatIsWrongWith(this.image)).isEqualTo(this.store.message);
	}

	@Test
	void storesAreKeptAsTheyWereDamaged() throws IOException {
		int[] tries = { 0 };
		DamageTrial.Plan plan = plan(false, (path, random) -> (++tries[0] % 3 > 0) ? "nothing" : cutLog(path, random));
		Path kept = this.directory.resolve("kept");
		DamageTrial trial = new DamageTrial(this.store, this.directory, List.of(this.image));
		for (int i = 0; i < 2; i++) {
			trial.keep(plan, kept);
			assertThat(StoreFiles.list(kept.resolve("case-1.whole")))
				.isEqualTo(StoreFiles.list(this.image.directory()));
			assertThat(StoreFiles.differences(StoreFiles.list(kept.resolve("case-1")),
					StoreFiles.list(this.image.directory())))
				.containsExactly(LOG);
		}
		assertThat(StoreFiles.names(this.directory)).containsExactlyInAnyOrder("images", "kept");
	}

	@Test
	void directoryWithoutFilesMayBeANewStore() throws IOException {
		this.store.damaged = Map::of;
		assertThat(verdict((path, random) -> {
			StoreFiles.deleteFiles(path);
			Files.createDirectory(path);
			return "all deleted";
		})).isEqualTo(DamageVerdict.WHOLE);
	}

	@Test
	void damageThatChangesNothingIsNone() throws IOException {
		assertThat(verdict((path, random) -> "nothing")).isEqualTo(DamageVerdict.NO_DAMAGE);
		assertThat(this.store.opened).isZero();
	}

	@Test
	void damageThatChangesNothingByChanceIsTriedAgain() throws IOException {
		int[] tries = { 0 };
		assertThat(verdict((path, random) -> (++tries[0] < 3) ? "nothing" : cutLog(path, random)))
			.isEqualTo(DamageVerdict.REFUSED);
	}

	@ParameterizedTest
	@EnumSource(DamageVerdict.class)
	void namesCountOnDemand(DamageVerdict verdict) {
		boolean good = Set
			.of(DamageVerdict.READ_FAILS, DamageVerdict.REFUSED, DamageVerdict.PERMITTED_LOSS, DamageVerdict.WHOLE,
					DamageVerdict.NO_DAMAGE)
			.contains(verdict);
		boolean named = Set.of(DamageVerdict.WRONG_FILE, DamageVerdict.UNNAMED).contains(verdict);
		assertThat(verdict.isViolation(true)).isEqualTo(!good);
		assertThat(verdict.isViolation(false)).isEqualTo(!good && !named);
	}

	private DamageVerdict verdict() throws IOException {
		return verdict(this::cutLog);
	}

	private DamageVerdict verdict(DamageTrial.Damage damage) throws IOException {
		return run(plan(false, damage), List.of(this.image));
	}

	private DamageVerdict verdictOfTorn() throws IOException {
		return run(plan(true, this::cutLog), List.of(this.image));
	}

	private DamageTrial.Plan plan(boolean torn, DamageTrial.Damage damage) {
		return new DamageTrial.Plan(1, 1, this.image, List.of(this.image), torn, damage);
	}

	private DamageVerdict run(DamageTrial.Plan plan, List<StoreImage> images) throws IOException {
		this.store.log = StoreFiles.list(this.image.directory()).get(LOG);
		this.store.opened = 0;
		this.store.put = null;
		NavigableMap<String, String> before = StoreFiles.list(this.image.directory());
		DamageTrial trial = new DamageTrial(this.store, this.directory, images);
		DamageTrial.Outcome outcome = trial.run(plan);
		assertThat(this.directory.resolve("case-1")).doesNotExist();
		assertThat(StoreFiles.list(this.image.directory())).as("the image").isEqualTo(before);
		return outcome.verdict();
	}

	private String cutLog(Path path, Random random) throws IOException {
		Files.delete(path.resolve(LOG));
		Files.writeString(path.resolve(LOG), "0000");
		return "cut";
	}

	/**
	 * Says what a store holds.
	 */
	private interface Rows {

		/**
		 * Returns all points.
		 * @return by key and timestamp the value, or {@code null} if it doesn't open
		 */
		@Nullable Map<String, Map<Long, Double>> get();

	}

	/**
	 * Does something to the files of a store.
	 */
	private interface Act {

		void on(Path path) throws IOException;

	}

	/**
	 * A store as it should be, and what it is to do wrong.
	 */
	private static final class FakeStore implements StoreOpener {

		private @Nullable String log;

		private int opened;

		private int hangs;

		private int refusals = Integer.MAX_VALUE;

		private Rows damaged = () -> null;

		private Rows restored = () -> HISTORY.after(MADE);

		private Rows recovered = () -> null;

		private String message = "The store is damaged: " + LOG + " is cut";

		private Act whenRefused = (path) -> {
		};

		private @Nullable String answer;

		private @Nullable String failure;

		private Set<String> unreadable = Set.of();

		private boolean forgets;

		private @Nullable PointBatch put;

		@Override
		public OpenStore open(Path directory, String fsync, boolean recoverTail)
				throws RefusedException, HangsException, IOException {
			Map<String, Map<Long, Double>> rows;
			if (recoverTail) {
				rows = this.recovered.get();
			}
			else {
				this.opened++;
				if (this.opened == this.hangs) {
					throw new HangsException("it hangs");
				}
				boolean isWhole = Objects.equals(StoreFiles.list(directory).get(LOG), this.log);
				rows = isWhole ? this.restored.get() : this.damaged.get();
				if (!isWhole && rows == null && this.opened > this.refusals) {
					rows = Map.of();
				}
			}
			if (rows == null) {
				this.whenRefused.on(directory);
				throw new RefusedException(this.message);
			}
			if (this.put != null && !this.forgets) {
				rows = new TreeMap<>(rows);
				rows.put(this.put.key(0).toString(), Map.of(this.put.timestamp(0), this.put.value(0)));
			}
			return new FakeOpenStore(this, rows);
		}

	}

	/**
	 * It, open.
	 *
	 * @param store the store
	 * @param rows what is in it
	 */
	private record FakeOpenStore(FakeStore store,
			Map<String, Map<Long, Double>> rows) implements StoreOpener.OpenStore {

		@Override
		public StoreOpener.Contents read() {
			return new StoreOpener.Contents(this.rows, this.store.unreadable, this.store.failure);
		}

		@Override
		public @Nullable String put(PointBatch batch) {
			this.store.put = batch;
			return this.store.answer;
		}

		@Override
		public void close() {
			// Holds nothing.
		}

	}

}
