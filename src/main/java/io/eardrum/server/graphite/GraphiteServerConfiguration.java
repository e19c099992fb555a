package io.eardrum.server.graphite;

import java.time.Clock;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.channel.DirectChannel;

import io.eardrum.protocol.PlaintextParser;
import io.eardrum.server.TcpServerConfiguration;
import io.eardrum.server.TcpServerProperties;
import io.eardrum.server.connection.ConnectionRegistry;
import io.eardrum.server.event.GraphiteObserver;
import io.eardrum.server.gateway.CommandServiceActivator;
import io.eardrum.server.gateway.FrameConnectionFactory;
import io.eardrum.server.gateway.FrameGateway;
import io.eardrum.server.loop.EventLoopGroup;

/**
 * Wires the port for Graphite's plaintext protocol, if there is one: another connection
 * factory and another gateway in front of the channel of the TCP port, and a receiver of
 * datagrams.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnGraphitePort
public class GraphiteServerConfiguration {

	private final Clock clock = Clock.systemUTC();

	@Bean
	LostPointLog lostPointLog(GraphiteObserver graphiteMeters) {
		return new LostPointLog(graphiteMeters);
	}

	// Not a default candidate, because beans that ask for a connection factory mean that
	// of the TCP port.
	@Bean(name = TcpServerConfiguration.GRAPHITE_FACTORY, defaultCandidate = false)
	FrameConnectionFactory graphiteConnectionFactory(GraphiteServerProperties properties, TcpServerProperties tcp,
			ConnectionRegistry registry, LostPointLog observer, EventLoopGroup loops) {
		return new FrameConnectionFactory(properties.portSettings(tcp, this.clock), null, registry, observer, loops);
	}

	@Bean
	FrameGateway graphiteInboundGateway(
			@Qualifier(TcpServerConfiguration.GRAPHITE_FACTORY) FrameConnectionFactory connectionFactory,
			DirectChannel frames) {
		FrameGateway gateway = new FrameGateway();
		gateway.setConnectionFactory(connectionFactory);
		gateway.setRequestChannel(frames);
		return gateway;
	}

	@Bean
	GraphiteEndpoint graphiteEndpoint(GraphiteServerProperties properties, TcpServerProperties tcp,
			@Qualifier(TcpServerConfiguration.GRAPHITE_FACTORY) FrameConnectionFactory connectionFactory,
			CommandServiceActivator activator, LostPointLog observer, ConnectionRegistry registry) {
		return new GraphiteEndpoint(properties.portSettings(tcp, this.clock), connectionFactory,
				PlaintextParser.ofDatagrams(tcp.limits(), this.clock), activator, observer, tcp.shutdownGracePeriod(),
				registry.memory().frames());
	}

}
