package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

import io.eardrum.budget.HeapBudget;
import io.eardrum.storage.BackupObserver;
import io.eardrum.storage.StorageProperties;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.MemoryBudget;

/**
 * Configures the embedded store, which is on disk, unless the configuration asks for
 * another one.
 */
@Configuration(proxyBeanMethods = false)
@Conditional(EmbeddedStorageConfiguration.NoOtherStorage.class)
@EnableConfigurationProperties(StorageProperties.class)
class EmbeddedStorageConfiguration {

	@Bean(destroyMethod = "close")
	RocksDbMetricRepository metricRepository(StorageProperties properties, HeapBudget budget) {
		return new RocksDbMetricRepository(EmbeddedStorageSettings.of(properties, MemoryBudget.ofThisProcess()),
				Clock.systemUTC(), budget);
	}

	@Bean
	LastBackup lastBackup(RocksDbMetricRepository repository, StorageProperties properties) {
		// The store has been opened, so that it has its identity.
		return new LastBackup(backups(properties), properties.path());
	}

	@Bean
	BackupEndpoint backupEndpoint(RocksDbMetricRepository repository, StorageProperties properties, LastBackup history,
			ObjectProvider<BackupObserver> observers) {
		Path directory = properties.backupPath();
		if (directory != null) {
			requireDirectory(directory);
		}
		Clock clock = Clock.systemUTC();
		return new BackupEndpoint(repository, backups(properties),
				new BackupLimits(properties.backupInterval(), properties.backupKeep(), clock), history,
				observers.orderedStream().toList(), clock);
	}

	private static Path backups(StorageProperties properties) {
		Path directory = properties.backupPath();
		return (directory != null) ? directory : properties.path().resolve("backups");
	}

	// A backup that can't be made is found out here, and not on the day it is needed.
	private static void requireDirectory(Path directory) {
		try {
			Files.createDirectories(directory);
			if (Files.isWritable(directory)) {
				return;
			}
		}
		catch (IOException ex) {
			// The exception below says it.
		}
		throw new InvalidConfigurationPropertyValueException("eardrum.storage.backup-path", directory,
				"It must be a directory, or one that can be made, in which the server may write.");
	}

	/**
	 * Matches unless the configuration asks for another store. It also matches a name
	 * that no store has, so that the validation of the properties reports what is wrong.
	 */
	static class NoOtherStorage extends NoneNestedConditions {

		NoOtherStorage() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnProperty(name = "eardrum.storage.type", havingValue = "memory")
		static class Memory {

		}

		@ConditionalOnProperty(name = "eardrum.storage.type", havingValue = "cassandra")
		static class Cassandra {

		}

	}

}
