package io.eardrum.web.security;

import jakarta.servlet.Filter;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.AbstractSecurityWebApplicationInitializer;

import io.eardrum.address.ClientAddresses;
import io.eardrum.web.event.HttpObserver;

/**
 * Requires the user and the password of every request, except of those that ask whether
 * the server is alive and ready. Without a password those get that answer and nothing
 * more. There are no sessions, so there is no login and no logout, and nothing that a
 * CSRF token would protect: requests from pages of other sites are refused earlier, with
 * or without a password.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnPassword
@EnableWebSecurity
class PasswordConfiguration {

	/**
	 * After the filter that refuses pages of other sites, so that they do not cause a
	 * dialog.
	 */
	private static final int ORDER = -100;

	@Bean
	SecurityFilterChain passwordChain(HttpSecurity http, HttpProperties properties, ClientAddresses addresses,
			HttpObserver observer, @Value("${management.endpoints.web.base-path:/actuator}") String actuator) {
		Challenge challenge = new Challenge(new RefusalLog("with a wrong user or password", System::nanoTime),
				observer);
		String health = actuator + "/health";
		return http.authenticationManager(properties.credentials(addresses))
			.authorizeHttpRequests(
					(requests) -> requests.requestMatchers(health, health + "/liveness", health + "/readiness")
						.permitAll()
						.anyRequest()
						.authenticated())
			.httpBasic((basic) -> basic.authenticationEntryPoint(challenge))
			.exceptionHandling((failures) -> failures.authenticationEntryPoint(challenge))
			.sessionManagement((sessions) -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
			.requestCache(AbstractHttpConfigurer::disable)
			.csrf(AbstractHttpConfigurer::disable)
			.logout(AbstractHttpConfigurer::disable)
			// Every answer already has these headers.
			.headers(AbstractHttpConfigurer::disable)
			.build();
	}

	@Bean
	FilterRegistrationBean<Filter> passwordFilter(
			@Qualifier(AbstractSecurityWebApplicationInitializer.DEFAULT_FILTER_NAME) Filter chain) {
		FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>(chain);
		registration.setOrder(ORDER);
		return registration;
	}

	@Bean
	HealthEndpointGroupsPostProcessor healthForUsersOnly() {
		return ReticentHealthGroup::of;
	}

	@Bean
	SecurityObservationSettings noSecurityObservations() {
		// The meters of requests suffice.
		return SecurityObservationSettings.noObservations();
	}

}
