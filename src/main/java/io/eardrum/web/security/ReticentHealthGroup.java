package io.eardrum.web.security;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.health.actuate.endpoint.AdditionalHealthEndpointPath;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;

/**
 * A health group that shows the user what the configuration allows, and everyone else
 * only its status.
 *
 * @param group the group as it is configured
 */
record ReticentHealthGroup(HealthEndpointGroup group) implements HealthEndpointGroup {

	static HealthEndpointGroups of(HealthEndpointGroups groups) {
		Map<String, HealthEndpointGroup> named = new LinkedHashMap<>();
		for (String name : groups.getNames()) {
			HealthEndpointGroup group = groups.get(name);
			if (group != null) {
				named.put(name, new ReticentHealthGroup(group));
			}
		}
		return HealthEndpointGroups.of(new ReticentHealthGroup(groups.getPrimary()), named);
	}

	@Override
	public boolean isMember(String name) {
		return this.group.isMember(name);
	}

	@Override
	public boolean showComponents(SecurityContext context) {
		return context.getPrincipal() != null && this.group.showComponents(context);
	}

	@Override
	public boolean showDetails(SecurityContext context) {
		return context.getPrincipal() != null && this.group.showDetails(context);
	}

	@Override
	public StatusAggregator getStatusAggregator() {
		return this.group.getStatusAggregator();
	}

	@Override
	public HttpCodeStatusMapper getHttpCodeStatusMapper() {
		return this.group.getHttpCodeStatusMapper();
	}

	@Override
	public @Nullable AdditionalHealthEndpointPath getAdditionalPath() {
		return this.group.getAdditionalPath();
	}

}
