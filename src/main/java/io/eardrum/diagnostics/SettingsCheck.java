package io.eardrum.diagnostics;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Says what the server would use, and where each value comes from, without starting it.
 * Wrong values are reported as a start would report them.
 */
public final class SettingsCheck {

	private static final ConfigurationPropertyName[] SHOWN = { ConfigurationPropertyName.of("eardrum"),
			ConfigurationPropertyName.of("server"), ConfigurationPropertyName.of("spring.ssl"),
			ConfigurationPropertyName.of("spring.profiles"), ConfigurationPropertyName.of("spring.cassandra"),
			ConfigurationPropertyName.of("management.server") };

	private SettingsCheck() {
	}

	/**
	 * Prints the values.
	 * @param out where they are printed
	 * @param arguments the arguments for the server
	 * @return the exit status: 0, or 1 if the server would not start with them
	 */
	public static int run(PrintStream out, String... arguments) {
		SpringApplication application = new SpringApplication(Settings.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setRegisterShutdownHook(false);
		application.setDefaultProperties(ConfigurationFiles.defaults());
		try (ConfigurableApplicationContext context = application.run(arguments)) {
			print(context.getEnvironment(), out);
			return 0;
		}
		catch (RuntimeException ex) {
			// It has been reported.
			return 1;
		}
	}

	private static void print(ConfigurableEnvironment environment, PrintStream out) {
		Map<ConfigurationPropertyName, String> origins = new TreeMap<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (source instanceof IterableConfigurationPropertySource listed) {
				for (ConfigurationPropertyName name : listed) {
					ConfigurationProperty property = isShown(name) ? listed.getConfigurationProperty(name) : null;
					if (property != null) {
						origins.putIfAbsent(name, value(name, property, environment) + "\t" + origin(property, source));
					}
				}
			}
		}
		KnownNames known = KnownNames.ofBuild();
		Map<String, String> lines = new TreeMap<>();
		origins.forEach((name, text) -> lines.put(known.documented(name.toString()), text));
		int widest = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
		lines.forEach((name, text) -> {
			String[] parts = text.split("\t", 2);
			out.printf(Locale.ROOT, "%-" + widest + "s = %-20s # %s%n", name, parts[0], parts[1]);
		});
	}

	private static boolean isShown(ConfigurationPropertyName name) {
		for (ConfigurationPropertyName group : SHOWN) {
			if (group.isAncestorOf(name)) {
				return true;
			}
		}
		return false;
	}

	private static String value(ConfigurationPropertyName name, ConfigurationProperty property,
			ConfigurableEnvironment environment) {
		String last = name.getLastElement(ConfigurationPropertyName.Form.UNIFORM);
		String text = String.valueOf(property.getValue());
		boolean secret = !text.isEmpty() && (last.contains("password") || last.equals("privatekey"));
		return secret ? "***" : environment.resolvePlaceholders(text).replaceAll("\\s+", " ");
	}

	private static String origin(ConfigurationProperty property, ConfigurationPropertySource source) {
		Object below = source.getUnderlyingSource();
		if (below instanceof CommandLinePropertySource<?>) {
			return "an argument";
		}
		if (below instanceof SystemEnvironmentPropertySource) {
			return "the environment";
		}
		Origin origin = property.getOrigin();
		String text = String.valueOf((origin != null) ? origin : name(below));
		return text.startsWith("class path resource [application.yml]") ? "default" : text;
	}

	private static String name(@Nullable Object source) {
		return (source instanceof PropertySource<?> known) ? known.getName() : String.valueOf(source);
	}

	/**
	 * All properties, which are checked when they are bound, and what they name.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConfigurationPropertiesScan("io.eardrum")
	@EnableConfigurationProperties(ServerProperties.class)
	@ImportAutoConfiguration(SslAutoConfiguration.class)
	static class Settings {

		@Bean
		InitializingBean bundles(Environment environment, SslBundles bundles) {
			return () -> BundleNames.check(environment, bundles);
		}

	}

}
