package io.eardrum.web.security;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Marks beans that exist only if the HTTP port has a user or a password. Without them,
 * Spring Security has no bean here and costs nothing.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(ConditionalOnPassword.PasswordIsConfigured.class)
@interface ConditionalOnPassword {

	/**
	 * Matches if a user or a password is configured.
	 */
	final class PasswordIsConfigured implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			Environment environment = context.getEnvironment();
			return StringUtils.hasLength(environment.getProperty("eardrum.http.user"))
					|| StringUtils.hasLength(environment.getProperty("eardrum.http.password"));
		}

	}

}
