package io.eardrum.web;

import java.net.InetAddress;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Guards the HTTP port.
 */
@Configuration(proxyBeanMethods = false)
class WebConfiguration {

	@Bean
	ForeignPageFilter foreignPageFilter(@Value("${server.address:#{null}}") @Nullable InetAddress address) {
		return new ForeignPageFilter(address != null && address.isLoopbackAddress());
	}

}
