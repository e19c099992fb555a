package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.HttpStatus;
import org.springframework.util.MimeTypeUtils;

import io.eardrum.storage.BackupObserver;
import io.eardrum.storage.BackupObserver.Refusal;
import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.upkeep.BackupRunningException;
import io.eardrum.storage.embedded.upkeep.BackupSpaceException;
import io.eardrum.storage.embedded.upkeep.Backups;
import io.eardrum.storage.embedded.upkeep.LogThrottle;

/**
 * The actuator endpoint {@code backup}. A POST makes a copy of the store in a new
 * directory, below the one that the configuration names, and returns its path.
 */
@Endpoint(id = "backup")
class BackupEndpoint {

	private static final Logger logger = LoggerFactory.getLogger(BackupEndpoint.class);

	/**
	 * The allowed names. The caller may name the copy, but not choose where it is on the
	 * disk.
	 */
	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

	private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
		.withZone(ZoneOffset.UTC);

	private static final int CONFLICT = 409;

	private static final int INSUFFICIENT_STORAGE = 507;

	private final DurableMetricRepository repository;

	private final Path directory;

	private final BackupLimits limits;

	private final LastBackup history;

	private final List<BackupObserver> observers;

	private final Clock clock;

	/** Guarded by its own monitor. */
	private final LogThrottle logThrottle = new LogThrottle();

	BackupEndpoint(DurableMetricRepository repository, Path directory, BackupLimits limits, LastBackup history,
			List<BackupObserver> observers, Clock clock) {
		this.repository = repository;
		this.directory = directory;
		this.limits = limits;
		this.history = history;
		this.observers = observers;
		this.clock = clock;
	}

	/**
	 * Makes a copy of the store.
	 * @param name the name of its directory; if there is none, the name is the present
	 * time
	 * @return the path of the copy, or why it could not be made. The status is then 400
	 * if the name is not allowed; 409 if there already is a backup of that name, if there
	 * are as many as there may be, or if another one is being made; 429 if the last one
	 * was begun a short time ago; 507 if there is too little space; and 503 otherwise
	 */
	@WriteOperation
	WebEndpointResponse<Map<String, Object>> backup(@Nullable String name) {
		String chosen = (name != null) ? name : TIMESTAMP.format(this.clock.instant());
		if (!NAME.matcher(chosen).matches() || chosen.endsWith(Backups.UNFINISHED)) {
			return refuse(Refusal.NAME, WebEndpointResponse.STATUS_BAD_REQUEST,
					"The name of a backup may have up to 100 letters, digits, '.', '_' and '-', starts with a letter or "
							+ "digit, and does not end in '.tmp', as unfinished backups do.");
		}
		Path target = this.directory.resolve(chosen).toAbsolutePath().normalize();
		if (Files.exists(target)) {
			return refuse(Refusal.EXISTS, CONFLICT, "There already is a backup " + target + ".");
		}
		try {
			if (this.limits.isFull(this.directory)) {
				return refuse(Refusal.KEEP, CONFLICT, "There are " + this.limits.keep() + " backups in "
						+ this.directory.toAbsolutePath() + " (eardrum.storage.backup-keep); delete one first.");
			}
		}
		catch (IOException ex) {
			return fail(target,
					new StorageException("The backups in " + this.directory + " can't be counted: " + ex, ex));
		}
		Duration wait = this.limits.begin();
		return wait.isZero() ? make(target) : refuseForNow(wait);
	}

	private WebEndpointResponse<Map<String, Object>> make(Path target) {
		try {
			this.repository.backup(target);
		}
		catch (BackupRunningException ex) {
			return refuse(Refusal.RUNNING, CONFLICT, String.valueOf(ex.getMessage()));
		}
		catch (BackupSpaceException ex) {
			this.limits.cancel();
			return refuse(Refusal.SPACE, INSUFFICIENT_STORAGE, String.valueOf(ex.getMessage()));
		}
		catch (StorageException ex) {
			return fail(target, ex);
		}
		note(target);
		this.observers.forEach(BackupObserver::made);
		return new WebEndpointResponse<>(Map.of("path", target.toString()));
	}

	private void note(Path target) {
		try {
			this.history.note(target);
		}
		catch (IOException ex) {
			// The backup was complete a moment ago, so somebody has already moved it.
			logger.debug("The backup {} can't be read", target, ex);
		}
	}

	private WebEndpointResponse<Map<String, Object>> refuseForNow(Duration wait) {
		// Rounded up, so that a client that comes back then is not refused again.
		Duration seconds = Duration.ofSeconds(wait.plusMillis(999).toSeconds());
		this.observers.forEach((observer) -> observer.refused(Refusal.INTERVAL, seconds));
		return answer(WebEndpointResponse.STATUS_TOO_MANY_REQUESTS,
				"The last backup was begun less than " + this.limits.interval().toSeconds()
						+ " s ago (eardrum.storage.backup-interval); try again in " + seconds.toSeconds() + " s.");
	}

	private WebEndpointResponse<Map<String, Object>> refuse(Refusal reason, int status, String message) {
		this.observers.forEach((observer) -> observer.refused(reason, Duration.ZERO));
		return answer(status, message);
	}

	private WebEndpointResponse<Map<String, Object>> fail(Path target, StorageException ex) {
		synchronized (this.logThrottle) {
			if (this.logThrottle.permits()) {
				logger.error("The backup {} could not be made", target, ex);
			}
		}
		return refuse(Refusal.FAILED, WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE, String.valueOf(ex.getMessage()));
	}

	private static WebEndpointResponse<Map<String, Object>> answer(int status, String message) {
		Map<String, Object> problem = new LinkedHashMap<>();
		problem.put("type", "about:blank");
		problem.put("title", HttpStatus.valueOf(status).getReasonPhrase());
		problem.put("status", status);
		problem.put("detail", message);
		return new WebEndpointResponse<>(problem, status, MimeTypeUtils.parseMimeType("application/problem+json"));
	}

}
