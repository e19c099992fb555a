package io.eardrum.observability.start;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

import io.eardrum.server.TcpEndpoint;
import io.eardrum.server.graphite.GraphiteEndpoint;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageProperties;
import io.eardrum.storage.StorageStatus;

/**
 * Logs the last line of the start: where the server listens, where its points are, how
 * safe they are and how long they are kept.
 */
final class ReadyLine implements ApplicationListener<ApplicationReadyEvent> {

	private static final Logger logger = LoggerFactory.getLogger(ReadyLine.class);

	private final TcpEndpoint metrics;

	private final ObjectProvider<GraphiteEndpoint> graphite;

	private final MetricRepository repository;

	private final StorageProperties storage;

	private final Environment environment;

	private final @Nullable InetAddress address;

	ReadyLine(TcpEndpoint metrics, ObjectProvider<GraphiteEndpoint> graphite, MetricRepository repository,
			StorageProperties storage, Environment environment, @Nullable InetAddress address) {
		this.metrics = metrics;
		this.graphite = graphite;
		this.repository = repository;
		this.storage = storage;
		this.environment = environment;
		this.address = address;
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		logger.info("Ready{}: {}", duration(event.getTimeTaken()), text());
	}

	private static String duration(@Nullable Duration taken) {
		return (taken != null) ? String.format(Locale.ROOT, " in %.1f s", taken.toMillis() / 1000.0) : "";
	}

	/**
	 * Describes the server.
	 * @return a part of a sentence
	 */
	String text() {
		List<String> parts = new ArrayList<>();
		add(parts, "metrics on ", this.metrics.addressIfListening());
		this.graphite.ifAvailable((endpoint) -> add(parts, "Graphite's lines on ", endpoint.addressIfListening()));
		String port = this.environment.getProperty("local.server.port");
		if (port != null) {
			parts.add("page " + page(port));
		}
		parts.add("store " + store());
		String version = ReadyLine.class.getPackage().getImplementationVersion();
		String profiles = String.join(", ", this.environment.getActiveProfiles());
		parts.add(((version != null) ? "Eardrum " + version : "Eardrum") + " on Java "
				+ System.getProperty("java.version") + (profiles.isEmpty() ? "" : ", profile " + profiles));
		return String.join("; ", parts);
	}

	private static void add(List<String> parts, String what, @Nullable InetSocketAddress address) {
		if (address != null) {
			parts.add(what + host(address.getAddress()) + ":" + address.getPort());
		}
	}

	private static String host(InetAddress address) {
		String text = address.getHostAddress();
		return (text.indexOf(':') >= 0) ? "[" + text + "]" : text;
	}

	// A browser can't open the address that stands for all.
	private String page(String port) {
		InetAddress one = (this.address != null && !this.address.isAnyLocalAddress()) ? this.address : null;
		boolean encrypted = this.environment.getProperty("server.ssl.enabled", Boolean.class, true)
				&& Stream.of("bundle", "certificate", "key-store")
					.anyMatch((name) -> this.environment.containsProperty("server.ssl." + name));
		return (encrypted ? "https://" : "http://") + ((one != null) ? host(one) : "localhost") + ":" + port + "/"
				+ ((one != null) ? "" : " on all addresses");
	}

	private String store() {
		StorageStatus status = this.repository.status();
		List<String> parts = new ArrayList<>(List.of(status.engine()));
		Object path = status.details().get("path");
		Object fsync = status.details().get("fsync");
		if (fsync != null) {
			parts.add("fsync " + fsync);
		}
		Duration retention = this.storage.retention();
		int rules = this.storage.retentionRules().size();
		parts.add("points are kept " + (retention.isZero() ? "for ever" : "for " + text(retention))
				+ ((rules == 0) ? "" : ", but for " + rules + ((rules == 1) ? " rule" : " rules")));
		String of = "(" + String.join(", ", parts) + ")";
		if (path == null) {
			return of.substring(1, of.length() - 1);
		}
		Path configured = this.storage.path();
		return Path.of(path.toString()).toAbsolutePath().normalize() + " " + of + (configured.isAbsolute() ? ""
				: ", because eardrum.storage.path=" + configured + " is relative to the working directory");
	}

	private static String text(Duration duration) {
		if (duration.toSeconds() % 86_400 == 0) {
			return duration.toDays() + "d";
		}
		if (duration.toSeconds() % 3600 == 0) {
			return duration.toHours() + "h";
		}
		return (duration.toSeconds() % 60 == 0) ? duration.toMinutes() + "m" : duration.toSeconds() + "s";
	}

}
