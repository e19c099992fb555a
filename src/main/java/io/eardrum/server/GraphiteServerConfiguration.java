package io.eardrum.server;

import java.time.Clock;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.channel.DirectChannel;

import io.eardrum.protocol.PlaintextParser;

/**
 * Wires the port for Graphite's plaintext protocol, if there is one: another connection
 * factory and gateway before the channel of the TCP port, and a receiver of datagrams.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnGraphitePort
class GraphiteServerConfiguration {

	private final Clock clock = Clock.systemUTC();

	@Bean
	LossReporter lossReporter(GraphiteObserver graphiteMeters) {
		return new LossReporter(graphiteMeters);
	}

	// Who asks for a connection factory means that of the TCP port.
	@Bean(name = TcpServerConfiguration.GRAPHITE_FACTORY, defaultCandidate = false)
	FrameConnectionFactory graphiteConnectionFactory(GraphiteServerProperties properties, TcpServerProperties tcp,
			ConnectionRegistry registry, LossReporter observer, FrameLoops loops) {
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
			FrameServiceActivator activator, LossReporter observer, ConnectionRegistry registry) {
		return new GraphiteEndpoint(properties.portSettings(tcp, this.clock), connectionFactory,
				PlaintextParser.ofDatagrams(tcp.limits(), this.clock), activator, observer, tcp.shutdownGracePeriod(),
				registry.memory().frames());
	}

}
