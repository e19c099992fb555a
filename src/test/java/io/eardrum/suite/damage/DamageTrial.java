package io.eardrum.suite.damage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;

/**
 * Damages a copy of a store, opens it as often as somebody may, and holds what comes of
 * it against what was put. A trial repeats itself: what is random is decided by its seed.
 * For one thread.
 */
final class DamageTrial {

	/** How often a damage is tried that changes nothing by chance. */
	private static final int ATTEMPTS = 8;

	private static final int SHOWN = 700;

	/** Files of which a store can do without, or makes new ones at each start. */
	private static final Pattern UNIMPORTANT = Pattern.compile("IDENTITY|OPTIONS-.*|.*\\.dbtmp");

	private static final Pattern FILE_NAME = Pattern
		.compile("\\b(CURRENT|IDENTITY|MANIFEST-[0-9]+|OPTIONS-[0-9]+|[0-9]+\\.(sst|log)|eardrum\\.[a-z]+)\\b");

	/** A property, which looks like a file's name. */
	private static final Pattern PROPERTY = Pattern.compile("eardrum\\.storage\\.[a-z.-]+");

	private static final String HINT = "eardrum.storage.recover=tail";

	private static final String MARKER = "damage.after";

	private final StoreOpener opener;

	private final Path folder;

	private final List<StoreImage> images;

	private final List<NavigableMap<String, String>> listings = new ArrayList<>();

	/**
	 * Prepares trials.
	 * @param opener what opens the stores
	 * @param folder where the copies are made
	 * @param images the images of all stores: a damaged one may be one of them
	 * @throws IOException if they can't be read
	 */
	DamageTrial(StoreOpener opener, Path folder, List<StoreImage> images) throws IOException {
		this.opener = opener;
		this.folder = folder;
		this.images = images;
		for (StoreImage image : images) {
			this.listings.add(important(StoreFiles.list(image.directory())));
		}
	}

	/**
	 * Makes one trial.
	 * @param plan what to do
	 * @return what came of it
	 * @throws IOException if something goes wrong that says nothing about the store
	 */
	Outcome run(Plan plan) throws IOException {
		Path directory = this.folder.resolve("case-" + plan.number());
		NavigableMap<String, String> whole = StoreFiles.list(plan.base().directory());
		try {
			for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
				long seed = plan.seed() + attempt;
				String damage = damage(plan, directory, seed);
				NavigableMap<String, String> before = StoreFiles.list(directory);
				NavigableSet<String> changed = StoreFiles.differences(whole, before);
				if (!changed.isEmpty()) {
					Outcome outcome = new Course(plan, directory, seed, before, changed).run();
					return new Outcome(outcome.verdict(), damage + ": " + outcome.message());
				}
			}
			return new Outcome(DamageVerdict.NO_DAMAGE, "");
		}
		finally {
			StoreFiles.deleteFiles(directory);
		}
	}

	/**
	 * Makes a store once more as a trial has damaged it, and a whole one beside it.
	 * @param plan what the trial did
	 * @param target where the directories are made
	 * @throws IOException if that fails
	 */
	void keep(Plan plan, Path target) throws IOException {
		Path damaged = target.resolve("case-" + plan.number());
		Path whole = target.resolve("case-" + plan.number() + ".whole");
		StoreFiles.deleteFiles(whole);
		Files.createDirectories(whole);
		for (String name : StoreFiles.names(plan.base().directory())) {
			Files.copy(plan.base().directory().resolve(name), whole.resolve(name));
		}
		Path source = this.folder.resolve("kept-" + plan.number());
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			damage(plan, source, plan.seed() + attempt);
			if (!StoreFiles.list(source).equals(StoreFiles.list(plan.base().directory()))) {
				break;
			}
		}
		StoreFiles.deleteFiles(damaged);
		Files.createDirectories(damaged);
		for (String name : StoreFiles.names(source)) {
			Files.copy(source.resolve(name), damaged.resolve(name));
		}
		StoreFiles.deleteFiles(source);
	}

	/**
	 * Opens a copy of an image that nobody has damaged.
	 * @param image the image
	 * @return what is wrong with it, or {@code null} if it is whole
	 * @throws IOException if something goes wrong that says nothing about the store
	 */
	@Nullable String whatIsWrongWith(StoreImage image) throws IOException {
		Path copy = this.folder.resolve(image.name().replace('/', '.'));
		StoreFiles.copy(image.directory(), copy);
		try (StoreOpener.OpenStore store = this.opener.open(copy, image.fsync(), false)) {
			StoreOpener.Contents contents = store.read();
			return (contents.failure() != null) ? contents.failure()
					: image.history().compare(contents.rows(), Set.of(), image.made(), image.made()).difference();
		}
		catch (StoreOpener.RefusedException | StoreOpener.HangsException ex) {
			return ex.getMessage();
		}
		finally {
			StoreFiles.deleteFiles(copy);
		}
	}

	private static String damage(Plan plan, Path directory, long seed) throws IOException {
		StoreFiles.deleteFiles(directory);
		StoreFiles.copy(plan.base().directory(), directory);
		return plan.damage().inflict(directory, new Random(seed));
	}

	private static NavigableMap<String, String> important(NavigableMap<String, String> listing) {
		NavigableMap<String, String> some = new TreeMap<>(listing);
		some.keySet().removeIf((name) -> UNIMPORTANT.matcher(name).matches());
		return some;
	}

	private static String shorten(@Nullable String text) {
		String line = String.valueOf(text).replaceAll("\\s+", " ");
		return (line.length() > SHOWN) ? line.substring(0, SHOWN) + "..." : line;
	}

	/**
	 * Judges what is said of a damage by the files that it names.
	 * @param message what is said
	 * @param changed the files that are damaged, missing, or of another store
	 * @param before the files that there are
	 * @return what is wrong with it, or {@code null}
	 */
	static @Nullable DamageVerdict judgeNames(String message, Set<String> changed, Set<String> before) {
		String text = PROPERTY.matcher(message).replaceAll("");
		Set<String> named = new TreeSet<>();
		for (Matcher matcher = FILE_NAME.matcher(text); matcher.find();) {
			named.add(matcher.group());
		}
		boolean right = named.stream().anyMatch(changed::contains) || text.contains("no single file is damaged");
		if (right || (text.contains("*.log") && changed.stream().anyMatch((name) -> isMissingLog(name, before)))) {
			return null;
		}
		return named.isEmpty() ? DamageVerdict.UNNAMED : DamageVerdict.WRONG_FILE;
	}

	// The number of a log that is gone is known to nobody.
	private static boolean isMissingLog(String name, Set<String> before) {
		return name.endsWith(".log") && !before.contains(name);
	}

	/**
	 * What to do to a store.
	 *
	 * @param number what the trial is called
	 * @param seed what decides what is random
	 * @param base the store to damage
	 * @param truths the stores, one of which it may be afterwards
	 * @param torn whether a power failure may leave that
	 * @param damage damages a copy
	 */
	record Plan(int number, long seed, StoreImage base, List<StoreImage> truths, boolean torn, Damage damage) {
	}

	/**
	 * Damages a store.
	 */
	interface Damage {

		/**
		 * Damages a store.
		 * @param directory its directory
		 * @param random decides what is random
		 * @return what was done
		 * @throws IOException if that fails
		 */
		String inflict(Path directory, Random random) throws IOException;

	}

	/**
	 * What came of a damage.
	 *
	 * @param verdict the worst that can be said
	 * @param message what was done and what was said
	 */
	record Outcome(DamageVerdict verdict, String message) {
	}

	/**
	 * One trial, from the damage on.
	 */
	private final class Course {

		private final Plan plan;

		private final Path directory;

		private final long seed;

		private final NavigableMap<String, String> before;

		private final NavigableSet<String> changed;

		/** What may be named: also what a copy that was laid over has left. */
		private final NavigableSet<String> odd;

		private DamageVerdict verdict = DamageVerdict.NO_DAMAGE;

		private String message = "";

		private Course(Plan plan, Path directory, long seed, NavigableMap<String, String> before,
				NavigableSet<String> changed) throws IOException {
			this.plan = plan;
			this.directory = directory;
			this.seed = seed;
			this.before = before;
			this.changed = changed;
			this.odd = new TreeSet<>(changed);
			for (StoreImage truth : plan.truths()) {
				this.odd.addAll(StoreFiles.differences(before, StoreFiles.list(truth.directory())));
			}
		}

		Outcome run() throws IOException {
			try {
				start();
			}
			catch (StoreOpener.HangsException ex) {
				is(DamageVerdict.HANGS, String.valueOf(ex.getMessage()));
			}
			return new Outcome(this.verdict, this.message);
		}

		private void start() throws StoreOpener.HangsException, IOException {
			StoreOpener.Contents first;
			try (StoreOpener.OpenStore store = open(this.directory, false)) {
				first = store.read();
				judge(first);
				if (this.verdict == DamageVerdict.WHOLE || this.verdict == DamageVerdict.PERMITTED_LOSS) {
					putMarker(store, first);
				}
			}
			catch (StoreOpener.RefusedException ex) {
				refused(String.valueOf(ex.getMessage()));
				return;
			}
			if (this.verdict == DamageVerdict.WHOLE || this.verdict == DamageVerdict.PERMITTED_LOSS) {
				openAgain(first);
			}
		}

		private StoreOpener.OpenStore open(Path copy, boolean recoverTail)
				throws StoreOpener.RefusedException, StoreOpener.HangsException, IOException {
			return DamageTrial.this.opener.open(copy, this.plan.base().fsync(), recoverTail);
		}

		// Keeps the worst.
		private void is(DamageVerdict found, String why) {
			if (found.compareTo(this.verdict) < 0) {
				this.verdict = found;
				this.message = shorten(why);
			}
		}

		private void judge(StoreOpener.Contents contents) {
			String failure = contents.failure();
			List<String> differences = new ArrayList<>();
			for (StoreImage truth : truths()) {
				PutHistory.Comparison comparison = truth.history()
					.compare(contents.rows(), contents.unreadable(), truth.kept(), truth.made());
				if (comparison.difference() != null) {
					differences.add("it opens; compared with " + truth.name() + ", " + comparison.difference()
							+ ((failure != null) ? "; and a read fails: " + failure : ""));
				}
				else if (failure != null) {
					DamageVerdict names = judgeNames(failure, this.odd, this.before.keySet());
					is((names != null) ? names : DamageVerdict.READ_FAILS, "a read fails: " + failure);
					return;
				}
				else if (comparison.puts() < truth.made()) {
					is(DamageVerdict.PERMITTED_LOSS, "it has " + comparison.puts() + " of " + truth.made() + " puts");
					return;
				}
				else {
					is(DamageVerdict.WHOLE, "it has all " + truth.made() + " puts");
					return;
				}
			}
			is(DamageVerdict.SILENT, String.join("; ", differences));
		}

		private List<StoreImage> truths() {
			List<StoreImage> truths = new ArrayList<>(this.plan.truths());
			NavigableMap<String, String> important = important(this.before);
			for (int i = 0; i < DamageTrial.this.images.size(); i++) {
				if (important.equals(DamageTrial.this.listings.get(i))) {
					truths.add(DamageTrial.this.images.get(i));
				}
			}
			if (this.before.isEmpty()) {
				StoreImage base = this.plan.base();
				truths.add(new StoreImage("/nothing", base.directory(), base.fsync(), base.history(), 0, 0,
						base.state(), null, 0));
			}
			return truths;
		}

		private void putMarker(StoreOpener.OpenStore store, StoreOpener.Contents first) throws IOException {
			PointBatch batch = new PointBatch();
			batch.add(SeriesKey.of(MARKER), 1, 1);
			String answer = store.put(batch);
			if (answer != null) {
				foundLater("it opens with " + first.rows().size() + " series and refuses a put: ", answer);
			}
		}

		// Damage may be where nothing reads at first.
		private void foundLater(String when, String what) {
			boolean named = judgeNames(what, this.odd, this.before.keySet()) == null;
			is(named ? DamageVerdict.READ_FAILS : DamageVerdict.SECOND_START, when + what);
		}

		private void openAgain(StoreOpener.Contents first) throws StoreOpener.HangsException, IOException {
			Map<String, Map<Long, Double>> expected = new HashMap<>(first.rows());
			expected.put(MARKER, Map.of(1L, 1.0));
			try (StoreOpener.OpenStore store = open(this.directory, false)) {
				StoreOpener.Contents second = store.read();
				if (second.failure() != null) {
					foundLater("it opens whole, but at the next start a read fails: ", second.failure());
				}
				else if (!second.rows().equals(expected)) {
					is(DamageVerdict.SECOND_START, "it opens whole, but at the next start it has "
							+ second.rows().size() + " series instead of " + expected.size() + " or other points");
				}
			}
			catch (StoreOpener.RefusedException ex) {
				foundLater("it opens whole, but the next start is refused: ", String.valueOf(ex.getMessage()));
			}
		}

		private void refused(String refusal) throws StoreOpener.HangsException, IOException {
			NavigableSet<String> touched = StoreFiles.differences(this.before, StoreFiles.list(this.directory));
			is(DamageVerdict.REFUSED, refusal);
			if (!touched.isEmpty()) {
				is(DamageVerdict.CHANGED, "refused, and these files are not as they were: " + touched + "; " + refusal);
			}
			DamageVerdict names = judgeNames(refusal, this.odd, this.before.keySet());
			if (names != null) {
				is(names, "changed are " + this.odd + "; " + refusal);
			}
			boolean hint = refusal.contains(HINT);
			if (this.plan.torn() && !hint) {
				is(DamageVerdict.NO_HINT, "refused without the advice to drop the end of the log: " + refusal);
			}
			if (hint) {
				recoverTail(refusal);
			}
			try (StoreOpener.OpenStore store = open(this.directory, false)) {
				StoreOpener.Contents contents = store.read();
				is(DamageVerdict.REFUSED_THEN_OPENED, "the second time it opens with " + contents.rows().size()
						+ " series; the first time: " + refusal);
				return;
			}
			catch (StoreOpener.RefusedException ex) {
				// As it must be.
			}
			restore(refusal);
		}

		private void restore(String refusal) throws StoreOpener.HangsException, IOException {
			StoreImage base = this.plan.base();
			StoreFiles.restore(this.changed, base.directory(), this.directory);
			try (StoreOpener.OpenStore store = open(this.directory, false)) {
				StoreOpener.Contents contents = store.read();
				PutHistory.Comparison comparison = base.history()
					.compare(contents.rows(), contents.unreadable(), base.made(), base.made());
				if (comparison.difference() != null || contents.failure() != null) {
					is(DamageVerdict.DESTROYED, "refused, and with " + this.changed + " as they were, "
							+ comparison.difference() + "; " + contents.failure() + "; refused before: " + refusal);
				}
			}
			catch (StoreOpener.RefusedException ex) {
				is(DamageVerdict.DESTROYED, "refused, and with " + this.changed + " as they were, refused again: "
						+ ex.getMessage() + "; before: " + refusal);
			}
		}

		private void recoverTail(String refusal) throws StoreOpener.HangsException, IOException {
			Path copy = this.directory.resolveSibling(this.directory.getFileName() + ".tail");
			damage(this.plan, copy, this.seed);
			try (StoreOpener.OpenStore store = open(copy, true)) {
				StoreOpener.Contents contents = store.read();
				String difference = null;
				for (StoreImage truth : truths()) {
					difference = truth.history()
						.compare(contents.rows(), contents.unreadable(), truth.kept(), truth.made())
						.difference();
					if (difference == null) {
						break;
					}
				}
				if (difference != null || contents.failure() != null) {
					is(DamageVerdict.BAD_HINT, "after a start with " + HINT + ", " + difference + "; "
							+ contents.failure() + "; what advised it: " + refusal);
				}
			}
			catch (StoreOpener.RefusedException ex) {
				is(DamageVerdict.BAD_HINT,
						"a start with " + HINT + " is refused: " + ex.getMessage() + "; what advised it: " + refusal);
			}
			finally {
				StoreFiles.deleteFiles(copy);
			}
		}

	}

}
