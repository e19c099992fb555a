package io.eardrum.diagnostics;

import java.util.List;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;

/**
 * The properties that name an SSL bundle, whose own properties are elsewhere.
 */
final class BundleNames {

	private static final List<String> PROPERTIES = List.of("eardrum.tcp.ssl.bundle", "server.ssl.bundle",
			"management.server.ssl.bundle", "spring.cassandra.ssl.bundle");

	private BundleNames() {
	}

	/**
	 * Checks that all bundles that are named exist and can be used.
	 * @param environment has the properties
	 * @param bundles the bundles
	 * @throws NoSuchSslBundleException if one does not exist
	 * @throws InvalidConfigurationPropertyValueException if one can't be used
	 */
	static void check(Environment environment, SslBundles bundles) {
		for (String property : PROPERTIES) {
			String name = environment.getProperty(property, "");
			if (!name.isEmpty()) {
				check(property, name, bundles);
			}
		}
	}

	private static void check(String property, String name, SslBundles bundles) {
		try {
			bundles.getBundle(name).createSslContext();
		}
		catch (NoSuchSslBundleException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			Throwable cause = ex;
			while (cause.getCause() != null) {
				cause = cause.getCause();
			}
			throw new InvalidConfigurationPropertyValueException(property, name,
					"This SSL bundle can't be used: " + ex.getMessage() + ": " + cause.getMessage() + ".");
		}
	}

	/**
	 * Says which property names a bundle that does not exist.
	 * @param environment has the properties
	 * @param missing the bundle
	 * @return the problem, of the first property that names the bundle
	 */
	static InvalidConfigurationPropertyValueException problem(Environment environment,
			NoSuchSslBundleException missing) {
		String property = PROPERTIES.stream()
			.filter((name) -> missing.getBundleName().equals(environment.getProperty(name)))
			.findFirst()
			.orElse("spring.ssl.bundle");
		return new InvalidConfigurationPropertyValueException(property, missing.getBundleName(),
				"There is no SSL bundle of this name (spring.ssl.bundle.pem.* or jks.*).");
	}

}
