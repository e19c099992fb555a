package io.eardrum.server.graphite;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Configuration;

/**
 * Reads the properties of Graphite's protocol even if its port is closed, so that a wrong
 * value is reported in that case as well.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(GraphiteServerProperties.class)
class GraphitePropertiesConfiguration {

}
