package io.eardrum.observability.start;

import java.net.InetAddress;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

import io.eardrum.server.TcpEndpoint;
import io.eardrum.server.graphite.GraphiteEndpoint;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageProperties;

/**
 * Makes what says that the server has started.
 */
@Configuration(proxyBeanMethods = false)
class StartConfiguration {

	@Bean
	ReadyLine readyLine(TcpEndpoint metrics, ObjectProvider<GraphiteEndpoint> graphite, MetricRepository repository,
			StorageProperties storage, Environment environment,
			@Value("${server.address:#{null}}") @Nullable InetAddress address) {
		return new ReadyLine(metrics, graphite, repository, storage, environment, address);
	}

}
