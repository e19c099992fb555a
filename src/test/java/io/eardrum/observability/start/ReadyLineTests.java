package io.eardrum.observability.start;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.context.support.StaticApplicationContext;
import org.springframework.mock.env.MockEnvironment;

import io.eardrum.fixture.CapturedLog;
import io.eardrum.server.TcpEndpoint;
import io.eardrum.server.graphite.GraphiteEndpoint;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageProperties;
import io.eardrum.storage.StorageStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ReadyLine}.
 */
class ReadyLineTests {

	private final MockEnvironment environment = new MockEnvironment();

	private @Nullable InetAddress address;

	private final Map<String, Object> details = new LinkedHashMap<>();

	private final Map<String, Object> storage = new LinkedHashMap<>();

	@Test
	void everythingIsSaid() throws Exception {
		this.environment.withProperty("local.server.port", "8080");
		this.address = InetAddress.getLoopbackAddress();
		this.environment.setActiveProfiles("docker", "mine");
		this.details.put("path", "/srv/data");
		this.details.put("fsync", "everysec");
		this.storage.put("eardrum.storage.path", "/srv/data");
		assertThat(text("127.0.0.1")).isEqualTo("metrics on 127.0.0.1:8888; page http://127.0.0.1:8080/; "
				+ "store /srv/data (engine, fsync everysec, points are kept for ever); Eardrum on Java "
				+ System.getProperty("java.version") + ", profile docker, mine");
	}

	@Test
	void relativePathIsSaid() throws Exception {
		this.details.put("path", "data");
		assertThat(text("::1"))
			.startsWith("metrics on [0:0:0:0:0:0:0:1]:8888; store " + Path.of("data").toAbsolutePath())
			.contains("because eardrum.storage.path=data is relative to the working directory");
	}

	@ParameterizedTest
	@CsvSource({ "30d,30d", "5h,5h", "90m,90m", "61s,61s" })
	void retentionIsSaid(String retention, String expected) throws Exception {
		this.storage.put("eardrum.storage.retention", retention);
		assertThat(text(null)).startsWith("store engine, points are kept for " + expected + "; Eardrum");
		this.storage.put("eardrum.storage.retention-rules[0].keys", "a");
		this.storage.put("eardrum.storage.retention-rules[0].retention", "1d");
		assertThat(text(null)).contains("for " + expected + ", but for 1 rule;");
		this.storage.put("eardrum.storage.retention-rules[1].keys", "b");
		this.storage.put("eardrum.storage.retention-rules[1].retention", "1d");
		assertThat(text(null)).contains("but for 2 rules;");
	}

	@ParameterizedTest
	@CsvSource({ "'',,http://localhost:1/ on all addresses", "0.0.0.0,,http://localhost:1/ on all addresses",
			"10.0.0.1,server.ssl.bundle,https://10.0.0.1:1/", "::1,server.ssl.certificate,https://[0:0:0:0:0:0:0:1]:1/",
			"10.0.0.1,server.ssl.key-store,https://10.0.0.1:1/" })
	void addressOfThePageCanBeOpened(String address, @Nullable String property, String expected) throws Exception {
		this.environment.withProperty("local.server.port", "1");
		if (!address.isEmpty()) {
			this.address = InetAddress.getByName(address);
		}
		if (property != null) {
			this.environment.withProperty(property, "x");
		}
		assertThat(text(null)).startsWith("page " + expected + ";");
	}

	@Test
	void certificateThatIsSwitchedOffIsNotUsed() throws Exception {
		this.environment.withProperty("local.server.port", "1")
			.withProperty("server.ssl.bundle", "x")
			.withProperty("server.ssl.enabled", "false");
		assertThat(text(null)).startsWith("page http://localhost:1/");
	}

	@Test
	void timeIsSaidIfItIsKnown() throws Exception {
		try (CapturedLog log = CapturedLog.ofThisThread();
				StaticApplicationContext context = new StaticApplicationContext()) {
			line(null).onApplicationEvent(new ApplicationReadyEvent(new SpringApplication(), new String[0], context,
					Duration.ofMillis(1234)));
			line(null)
				.onApplicationEvent(new ApplicationReadyEvent(new SpringApplication(), new String[0], context, null));
			assertThat(log.text()).contains("Ready in 1.2 s: store", "Ready: store");
		}
	}

	private String text(@Nullable String address) throws Exception {
		return line(address).text();
	}

	private ReadyLine line(@Nullable String address) throws Exception {
		TcpEndpoint endpoint = mock(TcpEndpoint.class);
		given(endpoint.addressIfListening())
			.willReturn((address != null) ? new InetSocketAddress(InetAddress.getByName(address), 8888) : null);
		MetricRepository repository = mock(MetricRepository.class);
		given(repository.status()).willReturn(new StorageStatus("engine", true, null, this.details));
		StorageProperties properties = new Binder(new MapConfigurationPropertySource(this.storage))
			.bindOrCreate("eardrum.storage", StorageProperties.class);
		return new ReadyLine(endpoint, new StaticListableBeanFactory().getBeanProvider(GraphiteEndpoint.class),
				repository, properties, this.environment, this.address);
	}

}
