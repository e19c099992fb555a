package io.eardrum.diagnostics;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KnownNames}.
 */
class KnownNamesTests {

	private final KnownNames names = KnownNames.ofBuild();

	@Test
	void buildHasListedTheProperties() {
		assertThat(this.names.areComplete()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "eardrum.tcp.port", "EARDRUM_TCP_PORT", "EARDRUM_TCP_MAXCONNECTIONS",
			"EARDRUM_TCP_MAX_CONNECTIONS", "eardrum.tcp.maxConnections", "eardrum.tcp.allow[0]", "EARDRUM_TCP_ALLOW_0",
			"eardrum.storage.retention-rules[3].keys", "EARDRUM_STORAGE_RETENTIONRULES_0_KEYS",
			"EARDRUM_STORAGE_RETENTION_RULES_0_KEYS", "eardrum.tcp.ssl.client-auth", "EARDRUM_HOST", "EARDRUM_PORT",
			"EARDRUM_CA", "EARDRUM_TCP_PUBLISH", "EARDRUM_MEMORY", "EARDRUM_SERVICE_HOST", "EARDRUM_SERVICE_PORT_HTTP",
			"EARDRUM_PORT_8888_TCP_ADDR", "EARDRUM_PORT_8888_TCP", "EARDRUM_TCP_SERVICE_HOST",
			"EARDRUM_TCP_PORT_8888_TCP_PROTO" })
	void namesThatMeanSomethingAreKnown(String name) {
		assertThat(this.names.isKnown(name)).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "eardrum.storge.path,eardrum.storage.path", "EARDRUM_STORAGE_RETENTON,eardrum.storage.retention",
			"EARDRUM_TCP_PROT,eardrum.tcp.port", "eardrum.tpc.port,eardrum.tcp.port",
			"eardrum.storage.retension-rules[0].keys,eardrum.storage.retention-rules", "eardrum.completely.unknown,",
			"EARDRUM_SERVICE,", "EARDRUM_TCP_PORT_TCP," })
	void othersAreNotAndTheOneThatIsMeantIsFound(String name, String meant) {
		assertThat(this.names.isKnown(name)).isFalse();
		if (meant != null) {
			assertThat(this.names.meant(name)).hasValue(meant);
		}
	}

	@ParameterizedTest
	@CsvSource({ "EARDRUM_PORT,tcp://10.96.0.7:8888,true", "EARDRUM_TCP_PORT,udp://10.96.0.7:8888,true",
			"EARDRUM_GRAPHITE_PORT,tcp://[::1]:2003,true", "EARDRUM_TCP_PORT,8888,false",
			"EARDRUM_TCP_HOST,tcp://a,false", "OTHER_PORT,tcp://10.96.0.7:8888,false" })
	void addressesOfKubernetesAreToldFromPorts(String name, String value, boolean expected) {
		assertThat(KnownNames.isOfKubernetes(name, value)).isEqualTo(expected);
	}

}
