package io.eardrum.server;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.annotation.ServiceActivator;
import org.springframework.integration.channel.DirectChannel;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.util.IdGenerator;

import io.eardrum.address.ClientAddresses;
import io.eardrum.address.ConnectedClients;
import io.eardrum.budget.FileDescriptorLimit;
import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.channel.TlsAcceptor;
import io.eardrum.server.connection.ConnectionRegistry;
import io.eardrum.server.connection.ConnectionWatchdog;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.gateway.CommandServiceActivator;
import io.eardrum.server.gateway.ConstantIdGenerator;
import io.eardrum.server.gateway.FrameConnectionFactory;
import io.eardrum.server.gateway.FrameGateway;
import io.eardrum.server.loop.EventLoopGroup;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.time.TimestampCheck;

/**
 * Wires the TCP port: connection factory, gateway, channel, service activator.
 */
@Configuration(proxyBeanMethods = false)
@EnableIntegration
@EnableConfigurationProperties(TcpServerProperties.class)
public class TcpServerConfiguration {

	/**
	 * The name of the bean that accepts clients of Graphite's protocol, if there is a
	 * port for it.
	 */
	public static final String GRAPHITE_FACTORY = "graphiteConnectionFactory";

	// The HTTP API holds its bodies of points to the same limits.
	@Bean
	ProtocolLimits protocolLimits(TcpServerProperties properties) {
		return properties.limits();
	}

	@Bean
	ConnectionRegistry connectionRegistry(TcpServerProperties properties, ClientAddresses addresses,
			HeapBudget budget) {
		properties.requireRoomForLines(budget.share(HeapUse.CONNECTIONS).maxBytes());
		return new ConnectionRegistry(FileDescriptorLimit.tcpConnections(properties.maxConnections()), addresses,
				budget);
	}

	@Bean
	ConnectedClients connectedClients(ConnectionRegistry registry) {
		return new ConnectionList(registry);
	}

	@Bean
	EventLoopGroup eventLoopGroup(CommandServiceActivator activator) {
		return new EventLoopGroup(activator::newGroup);
	}

	@Bean
	FrameConnectionFactory frameConnectionFactory(TcpServerProperties properties, ObjectProvider<SslBundles> sslBundles,
			ConnectionRegistry registry, ServerObserver observer, EventLoopGroup loops) {
		String bundle = properties.ssl().bundle();
		TlsAcceptor tls = (bundle != null)
				? TlsAcceptor.of(sslBundles.getObject(), bundle, properties.ssl().clientAuth()) : null;
		return new FrameConnectionFactory(properties.portSettings(), tls, registry, observer, loops);
	}

	@Bean
	FrameGateway tcpInboundGateway(FrameConnectionFactory connectionFactory, DirectChannel frames) {
		FrameGateway gateway = new FrameGateway();
		gateway.setConnectionFactory(connectionFactory);
		gateway.setRequestChannel(frames);
		return gateway;
	}

	@Bean
	DirectChannel frames() {
		return new DirectChannel();
	}

	@Bean
	@ServiceActivator(inputChannel = "frames")
	CommandServiceActivator commandServiceActivator(MetricRepository repository, TimestampCheck timestampCheck,
			HeapBudget budget) {
		return new CommandServiceActivator(repository, timestampCheck, budget.share(HeapUse.QUERIES));
	}

	@Bean
	TcpEndpoint tcpEndpoint(TcpServerProperties properties, FrameConnectionFactory connectionFactory,
			@Qualifier(GRAPHITE_FACTORY) ObjectProvider<FrameConnectionFactory> graphiteConnectionFactory,
			ConnectionRegistry registry) {
		ConnectionWatchdog watchdog = new ConnectionWatchdog(registry, properties.writeTimeout(),
				properties.idleTimeout());
		return new TcpEndpoint(connectionFactory, graphiteConnectionFactory.stream().toList(), registry, watchdog,
				properties.shutdownGracePeriod());
	}

	// Nothing reads the id of a message, and a random id costs more than the rest of the
	// message.
	@Bean
	IdGenerator messageIdGenerator() {
		return ConstantIdGenerator.INSTANCE;
	}

}
