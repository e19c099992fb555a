package io.eardrum;

import java.io.IOException;
import java.nio.file.Path;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.cassandra.autoconfigure.CassandraAutoConfiguration;
import org.springframework.boot.cassandra.autoconfigure.health.CassandraHealthContributorAutoConfiguration;
import org.springframework.boot.cassandra.autoconfigure.health.CassandraReactiveHealthContributorAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.health.autoconfigure.application.SslHealthContributorAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.ssl.SslMetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.task.TaskExecutorMetricsAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ScheduledTasksObservationAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.MultipartAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportSelector;
import org.springframework.core.type.AnnotationMetadata;

import io.eardrum.cli.DirectoryCheck;
import io.eardrum.cli.EardrumCommand;
import io.eardrum.cli.argument.ServeArguments;
import io.eardrum.diagnostics.ConfigurationFiles;
import io.eardrum.diagnostics.LogLimit;
import io.eardrum.diagnostics.OutOfMemoryExit;
import io.eardrum.diagnostics.SettingsCheck;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.StoreCheck;
import io.eardrum.storage.StoreReport;

/**
 * The server: a TCP port for metrics, and an HTTP port for people and programs that watch
 * over it. With a sub-command other than {@code serve}, it is the command line instead.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@Import(EardrumApplication.Parts.class)
@EnableAutoConfiguration(
		// Nothing here uses them, and each of them makes the start longer. Those of
		// Cassandra would be there with every store, and connect when the server starts.
		exclude = { AopAutoConfiguration.class, CassandraAutoConfiguration.class,
				CassandraHealthContributorAutoConfiguration.class,
				CassandraReactiveHealthContributorAutoConfiguration.class, MultipartAutoConfiguration.class,
				ScheduledTasksObservationAutoConfiguration.class, SslHealthContributorAutoConfiguration.class,
				SslMetricsAutoConfiguration.class, TaskExecutorMetricsAutoConfiguration.class,
				TaskSchedulingAutoConfiguration.class })
public class EardrumApplication {

	public static void main(String[] args) {
		// The command line has to start fast, so no class of Spring is loaded for it.
		if (EardrumCommand.handles(args)) {
			System.exit(EardrumCommand.runProcess(EardrumApplication::check, args));
		}
		ServeArguments arguments = EardrumCommand.serveArguments(args);
		if (arguments.check()) {
			System.exit(SettingsCheck.run(System.out, arguments.toArray()));
		}
		SpringApplication application = new SpringApplication(EardrumApplication.class);
		application.setDefaultProperties(ConfigurationFiles.defaults());
		// This comes first, so that it also sees what the limit leaves out.
		OutOfMemoryExit.install(application);
		LogLimit.install(application);
		application.run(arguments.toArray());
	}

	private static DirectoryCheck.Verdict check(Path directory, DirectoryCheck.Progress progress) throws IOException {
		try {
			StoreReport report = StoreCheck.find().check(directory, progress::at);
			return new DirectoryCheck.Verdict(report.whole(), report.lines());
		}
		catch (StorageException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	/**
	 * The configuration classes of the packages, which a file names. Searching all
	 * classes for them would make the start longer.
	 */
	static final class Parts implements ImportSelector {

		@Override
		public String[] selectImports(AnnotationMetadata importing) {
			return ImportCandidates.load(EardrumApplication.class, null).getCandidates().toArray(String[]::new);
		}

	}

}
