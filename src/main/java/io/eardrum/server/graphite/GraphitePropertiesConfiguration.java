package io.eardrum.server.graphite;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Configuration;

/**
 * Reads what is configured for Graphite's protocol, also while there is no port for it: a
 * wrong value is told then as well.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(GraphiteServerProperties.class)
class GraphitePropertiesConfiguration {

}
