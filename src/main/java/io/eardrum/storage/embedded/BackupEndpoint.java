package io.eardrum.storage.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.StorageException;

/**
 * The actuator endpoint {@code backup}: a POST makes a copy of the store in a directory
 * of its own, below the one that the configuration names, and tells where it is.
 */
@Endpoint(id = "backup")
class BackupEndpoint {

	private static final Logger logger = LoggerFactory.getLogger(BackupEndpoint.class);

	/**
	 * The caller may name the copy but not choose a place on the disk.
	 */
	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

	private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
		.withZone(ZoneOffset.UTC);

	private static final int CONFLICT = 409;

	private final DurableMetricRepository repository;

	private final Path directory;

	private final Clock clock;

	BackupEndpoint(DurableMetricRepository repository, Path directory, Clock clock) {
		this.repository = repository;
		this.directory = directory;
		this.clock = clock;
	}

	/**
	 * Makes a copy of the store.
	 * @param name the name of its directory; the present time if there is none
	 * @return where it is; or why it could not be made, with status 409 if another one is
	 * being made, and 503 otherwise
	 */
	@WriteOperation
	WebEndpointResponse<Map<String, Object>> backup(@Nullable String name) {
		String chosen = (name != null) ? name : TIMESTAMP.format(this.clock.instant());
		if (!NAME.matcher(chosen).matches() || chosen.endsWith(Backups.UNFINISHED)) {
			throw new InvalidEndpointRequestException("Bad name of a backup",
					"The name may have letters, digits, '.', '_' and '-', starts with a letter or digit, "
							+ "and does not end in '.tmp', as unfinished backups do.");
		}
		Path target = this.directory.resolve(chosen).toAbsolutePath().normalize();
		if (Files.exists(target)) {
			throw new InvalidEndpointRequestException("Backup exists", "There already is a backup " + target + ".");
		}
		try {
			this.repository.backup(target);
		}
		catch (BackupRunningException ex) {
			return new WebEndpointResponse<>(Map.of("error", String.valueOf(ex.getMessage())), CONFLICT);
		}
		catch (StorageException ex) {
			logger.error("The backup {} could not be made", target, ex);
			return new WebEndpointResponse<>(Map.of("error", String.valueOf(ex.getMessage())),
					WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
		}
		return new WebEndpointResponse<>(Map.of("path", target.toString()));
	}

}
