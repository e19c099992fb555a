package io.eardrum.observability;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.ApiVersion;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointWebExtension;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.registry.HealthContributorRegistry;

/**
 * Serves health over HTTP. A path below a component that does not exist, or that has no
 * parts, is answered with 404. The framework would fail, and log that each time.
 */
@EndpointWebExtension(endpoint = HealthEndpoint.class)
final class KnownHealthExtension extends HealthEndpointWebExtension {

	private final HealthContributorRegistry registry;

	private final HealthEndpointGroups groups;

	KnownHealthExtension(HealthContributorRegistry registry, HealthEndpointGroups groups,
			@Nullable Duration slowIndicatorThreshold) {
		super(registry, null, groups, slowIndicatorThreshold);
		this.registry = registry;
		this.groups = groups;
	}

	@Override
	public WebEndpointResponse<HealthDescriptor> health(ApiVersion apiVersion,
			@Nullable WebServerNamespace serverNamespace, SecurityContext securityContext, boolean showAll,
			String... path) {
		if (!isKnown(path)) {
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		}
		return super.health(apiVersion, serverNamespace, securityContext, showAll, path);
	}

	// The last part may be unknown, because the framework handles that case itself.
	private boolean isKnown(String... path) {
		HealthContributors parts = this.registry;
		int first = (path.length > 0 && this.groups.get(path[0]) != null) ? 1 : 0;
		for (int i = first; i < path.length - 1; i++) {
			if (!(parts.getContributor(path[i]) instanceof HealthContributors further)) {
				return false;
			}
			parts = further;
		}
		return true;
	}

}
