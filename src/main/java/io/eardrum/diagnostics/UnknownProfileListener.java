package io.eardrum.diagnostics;

import java.util.Arrays;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.context.event.ApplicationPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/**
 * Warns of a profile for which nothing is configured, because it is probably misspelt.
 */
final class UnknownProfileListener implements ApplicationListener<ApplicationPreparedEvent> {

	private static final Log logger = LogFactory.getLog(UnknownProfileListener.class);

	@Override
	public void onApplicationEvent(ApplicationPreparedEvent event) {
		ConfigurableEnvironment environment = event.getApplicationContext().getEnvironment();
		for (String profile : environment.getActiveProfiles()) {
			if (environment.getPropertySources().stream().noneMatch((source) -> isOf(source, profile))) {
				logger.warn("Nothing is configured for the profile '" + profile
						+ "', which is active. The server itself has docker and cassandra; for others, there has to be "
						+ "a file application-" + profile + ".yml or a part of application.yml");
			}
		}
	}

	private static boolean isOf(PropertySource<?> source, String profile) {
		Object condition = source.getProperty("spring.config.activate.on-profile");
		return source.getName().contains("application-" + profile + ".")
				|| (condition != null && Arrays.asList(condition.toString().split("[^\\w.-]+", -1)).contains(profile));
	}

}
