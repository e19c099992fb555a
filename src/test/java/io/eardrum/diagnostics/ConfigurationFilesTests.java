package io.eardrum.diagnostics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConfigurationFiles}.
 */
class ConfigurationFilesTests {

	@TempDir
	private Path directory;

	@Test
	void fileBesideTheJarIsReadAndTheInnermostOneCounts() throws IOException {
		Path jar = Files.createFile(this.directory.resolve("eardrum.jar"));
		write("application.yml", "eardrum.tcp.port: 1\nserver.port: 2\n");
		write("config/application.yml", "server.port: 3\n");
		SpringApplication application = new SpringApplication(Nothing.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setDefaultProperties(ConfigurationFiles.besides(jar.toFile()));
		try (ConfigurableApplicationContext context = application.run("--eardrum.storage.type=memory")) {
			assertThat(context.getEnvironment().getProperty("eardrum.tcp.port")).isEqualTo("1");
			assertThat(context.getEnvironment().getProperty("server.port")).isEqualTo("3");
			assertThat(context.getEnvironment().getProperty("eardrum.tcp.host")).as("from the jar").isNotEmpty();
		}
	}

	@Test
	void classesHaveNoFileBesideThem() {
		assertThat(ConfigurationFiles.besides(null)).isEmpty();
		assertThat(ConfigurationFiles.besides(this.directory.toFile())).isEmpty();
		assertThat(ConfigurationFiles.defaults()).isEmpty();
	}

	@Test
	void copyOfAJarReadsWhatIsBesideTheJar() throws IOException {
		Path jar = Files.createFile(this.directory.resolve("eardrum.jar"));
		assertThat(ConfigurationFiles.defaults(jar.toString())).isEqualTo(ConfigurationFiles.besides(jar.toFile()))
			.isNotEmpty();
	}

	private void write(String name, String text) throws IOException {
		Path file = this.directory.resolve(name);
		Files.createDirectories(file.getParent());
		Files.writeString(file, text);
	}

	@Configuration(proxyBeanMethods = false)
	static class Nothing {

	}

}
