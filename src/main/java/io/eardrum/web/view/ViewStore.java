package io.eardrum.web.view;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;

import io.eardrum.web.http.problem.FailureLog;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * The saved views of this server, by name. A change is on the disk before it is seen. Of
 * two changes to one view at once, the later one stays.
 * <p>
 * Safe for any number of threads.
 */
final class ViewStore {

	/** The maximum number of views. */
	static final int MAX_VIEWS = 200;

	private static final Logger logger = LoggerFactory.getLogger(ViewStore.class);

	private final FailureLog failures = new FailureLog(System::nanoTime);

	private final @Nullable ViewFile file;

	private final Clock clock;

	/** Replaced with each change; {@code null} until the file could be read. */
	private @Nullable SortedMap<String, SavedView> views;

	private @Nullable String damage;

	/**
	 * Creates a store, and reads its file. A file that can't be read is logged; each
	 * request tries to read it again.
	 * @param path the file, or {@code null} to keep views in memory only
	 * @param clock tells when a view is saved
	 */
	ViewStore(@Nullable Path path, Clock clock) {
		this.file = (path != null) ? new ViewFile(path) : null;
		this.clock = clock;
		try {
			views();
		}
		catch (RequestProblem ex) {
			// It is logged, and the server has more to do than to keep views.
		}
	}

	/**
	 * Returns all views.
	 * @return the views, sorted by name
	 * @throws RequestProblem if the file can't be read
	 */
	synchronized List<SavedView> all() {
		return List.copyOf(views().values());
	}

	/**
	 * Returns a view.
	 * @param name its name
	 * @return the view, or {@code null} if there is none of that name
	 * @throws RequestProblem if the file can't be read
	 */
	synchronized @Nullable SavedView get(String name) {
		return views().get(name);
	}

	/**
	 * Returns what is wrong with the file.
	 * @return a sentence, or {@code null} if nothing is
	 */
	synchronized @Nullable String damage() {
		return this.damage;
	}

	/**
	 * Saves a view, possibly in place of another one of the same name.
	 * @param name a valid name
	 * @param address a valid address
	 * @return the view
	 * @throws RequestProblem if there are too many, or if the file can't be written
	 */
	synchronized SavedView save(String name, String address) {
		SortedMap<String, SavedView> changed = new TreeMap<>(views());
		SavedView view = new SavedView(name, address, this.clock.instant().truncatedTo(ChronoUnit.MILLIS));
		changed.put(name, view);
		if (changed.size() > MAX_VIEWS) {
			throw new RequestProblem(HttpStatus.CONFLICT,
					"There are " + MAX_VIEWS + " saved views, which is the maximum. Delete one first.");
		}
		write(changed);
		return view;
	}

	/**
	 * Deletes a view.
	 * @param name its name
	 * @return whether there was one of that name
	 * @throws RequestProblem if the file can't be read or written
	 */
	synchronized boolean delete(String name) {
		SortedMap<String, SavedView> changed = new TreeMap<>(views());
		if (changed.remove(name) == null) {
			return false;
		}
		write(changed);
		return true;
	}

	private SortedMap<String, SavedView> views() {
		if (this.views == null) {
			this.views = sorted((this.file != null) ? read(this.file) : List.of());
		}
		return this.views;
	}

	private static SortedMap<String, SavedView> sorted(Collection<SavedView> views) {
		SortedMap<String, SavedView> sorted = new TreeMap<>();
		views.forEach((view) -> sorted.put(view.name(), view));
		return sorted;
	}

	private List<SavedView> read(ViewFile source) {
		try {
			ViewFile.Content content = source.read();
			this.damage = null;
			if (content.damaged() > 0) {
				this.damage = "The file of saved views is damaged; " + content.views().size()
						+ " views could be read. The file is kept when a view is saved or deleted.";
				logger.error(
						"The file {} of saved views is damaged: {} of its lines can't be read, and {} views can. "
								+ "It is left as it is, and copied before it is replaced",
						source.path(), content.damaged(), content.views().size());
			}
			return content.views();
		}
		catch (IOException ex) {
			if (this.failures.permits(ex)) {
				logger.error("The file {} of saved views can't be read", source.path(), ex);
			}
			throw new RequestProblem(HttpStatus.SERVICE_UNAVAILABLE,
					"The saved views can't be read. The log of the server says why.");
		}
	}

	private void write(SortedMap<String, SavedView> changed) {
		if (this.file != null) {
			try {
				if (this.damage != null) {
					Path kept = this.file.keep(this.clock.instant());
					logger.warn("The damaged file of saved views is kept as {}", kept);
				}
				this.file.write(changed.values());
			}
			catch (IOException ex) {
				if (this.failures.permits(ex)) {
					logger.error("The file {} of saved views can't be written", this.file.path(), ex);
				}
				// What the file has now is not known.
				this.views = null;
				throw new RequestProblem(HttpStatus.SERVICE_UNAVAILABLE,
						"The saved views can't be written. The log of the server says why.");
			}
		}
		this.damage = null;
		this.views = changed;
	}

}
