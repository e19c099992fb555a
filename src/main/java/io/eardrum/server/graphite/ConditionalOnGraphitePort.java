package io.eardrum.server.graphite;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Marks beans that exist only if {@code eardrum.graphite.port} has a value. An empty
 * value, as in {@code EARDRUM_GRAPHITE_PORT=}, counts as none, which is how to close a
 * port that a profile opens.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(ConditionalOnGraphitePort.PortIsConfigured.class)
public @interface ConditionalOnGraphitePort {

	/**
	 * Checks whether a port is configured.
	 */
	final class PortIsConfigured implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			return StringUtils.hasText(context.getEnvironment().getProperty("eardrum.graphite.port"));
		}

	}

}
