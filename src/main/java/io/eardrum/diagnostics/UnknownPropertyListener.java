package io.eardrum.diagnostics;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Stops the start if something below {@code eardrum} is configured that does not exist,
 * wherever it is set. Variables that are empty count as not set, and those that
 * Kubernetes sets beside a service of our name are left out.
 */
final class UnknownPropertyListener implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

	private static final Log logger = LogFactory.getLog(UnknownPropertyListener.class);

	private static final String PREFIX = "eardrum";

	/** Where an empty port has a meaning: the profile of the image sets one. */
	private static final String MAY_BE_EMPTY = "EARDRUM_GRAPHITE_PORT";

	// The files have been read by then, and the log is configured.
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
		MutablePropertySources sources = event.getEnvironment().getPropertySources();
		cleanEnvironment(sources);
		KnownNames known = KnownNames.ofBuild();
		if (!known.areComplete()) {
			logger.warn("The list of properties is missing from this build, so misspelt names are not noticed");
			return;
		}
		for (PropertySource<?> source : sources) {
			if (source instanceof EnumerablePropertySource<?> listed) {
				for (String name : listed.getPropertyNames()) {
					if (isOurs(name) && !known.isKnown(name)) {
						throw new UnknownPropertyException(name, listed.getProperty(name), where(listed, name),
								known.meant(name));
					}
				}
			}
		}
	}

	private static boolean isOurs(String name) {
		return name.length() > PREFIX.length() && name.toLowerCase(Locale.ROOT).startsWith(PREFIX)
				&& "._".indexOf(name.charAt(PREFIX.length())) >= 0;
	}

	private static String where(EnumerablePropertySource<?> source, String name) {
		if (source instanceof CommandLinePropertySource<?>) {
			return "which is an argument";
		}
		if (source instanceof SystemEnvironmentPropertySource) {
			return "which is in the environment";
		}
		Origin origin = origin(source, name);
		return (origin != null) ? "which is in " + origin : "which is in " + source.getName();
	}

	@SuppressWarnings("unchecked")
	private static @Nullable Origin origin(EnumerablePropertySource<?> source, String name) {
		return (source instanceof OriginLookup<?> lookup) ? ((OriginLookup<String>) lookup).getOrigin(name) : null;
	}

	private static void cleanEnvironment(MutablePropertySources sources) {
		String name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
		if (!(sources.get(name) instanceof SystemEnvironmentPropertySource environment)) {
			return;
		}
		Map<String, Object> kept = new LinkedHashMap<>();
		environment.getSource().forEach((variable, value) -> {
			String text = String.valueOf(value);
			if (KnownNames.isOfKubernetes(variable, text)) {
				logger.info(variable + "=" + text
						+ " is not for this server but what Kubernetes sets beside a service; " + "it is ignored");
			}
			else if (!isOurs(variable) || !text.isEmpty() || variable.equals(MAY_BE_EMPTY)) {
				kept.put(variable, value);
			}
		});
		if (kept.size() < environment.getSource().size()) {
			sources.replace(name, new SystemEnvironmentPropertySource(name, kept));
		}
	}

}
