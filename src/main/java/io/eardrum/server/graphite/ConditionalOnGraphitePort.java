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
 * Marks what is there only if {@code eardrum.graphite.port} has a value. An empty one,
 * such as in {@code EARDRUM_GRAPHITE_PORT=}, is none: that is how to close a port that a
 * profile opens.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(ConditionalOnGraphitePort.PortIsConfigured.class)
public @interface ConditionalOnGraphitePort {

	/**
	 * Looks whether there is a port.
	 */
	final class PortIsConfigured implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			return StringUtils.hasText(context.getEnvironment().getProperty("eardrum.graphite.port"));
		}

	}

}
