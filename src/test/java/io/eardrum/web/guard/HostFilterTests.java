package io.eardrum.web.guard;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

import com.jayway.jsonpath.JsonPath;
import jakarta.servlet.ServletException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import io.eardrum.fixture.CapturedLog;
import io.eardrum.web.security.HttpProperties;

import static org.assertj.core.api.Assertions.assertThat;

class HostFilterTests {

	private static final String NOBODY_IS_ASKED = "asks for no password";

	private final CapturedLog log = CapturedLog.ofThisThread();

	@AfterEach
	void close() {
		this.log.close();
	}

	@ParameterizedTest
	@CsvSource({ "localhost:8080,200", "LOCALHOST,200", "127.0.0.1,200", "127.0.0.2:8080,200", "[::1]:8080,200",
			"192.168.7.4:8080,200", "[fd00::7],200", "evil.example,403", "evil.example:8080,403",
			"127.evil.example,403", "127.0.0.1.evil.example:8080,403", "localhost.evil.example,403",
			"evil.example:127.0.0.1,403", "'',403", "eardrum,403", "*,403" })
	void serverOfOneMachineHasNoOtherName(String host, int status) throws Exception {
		assertThat(answer(filter("127.0.0.1"), host).getStatus()).isEqualTo(status);
		assertThat(status(filter("::1"), host)).isEqualTo(status);
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "0.0.0.0", "192.168.7.4", "::" })
	void namesAreTakenThatAreConfiguredAndNoOthers(String address) throws Exception {
		HostFilter filter = filter(address, " Metrics.example", "", "eardrum-1");
		for (String own : List.of("metrics.example", "METRICS.example:8080", "eardrum-1:8080", "localhost:8080",
				"127.0.0.1:8080", "172.18.0.2:8080", "[::1]:8080")) {
			assertThat(status(filter, own)).as(own).isEqualTo(200);
		}
		for (String foreign : List.of("evil.example:8080", "metrics.example.evil.example", "a.metrics.example",
				"eardrum-2", "eardrum-1.", "", "*")) {
			assertThat(status(filter, foreign)).as(foreign).isEqualTo(403);
		}
	}

	@ParameterizedTest
	@CsvSource({ "127.0.0.1,*", "0.0.0.0,*", "0.0.0.0,''", "192.168.7.4,''", "::,''" })
	void anyNameIsTakenByAServerForOthersAndByAStar(String address, String hosts) throws Exception {
		assertThat(status(filter(address, hosts), "metrics.example:8080")).isEqualTo(200);
	}

	@Test
	void programThatSendsNoNameIsLetIn() throws Exception {
		assertThat(status(filter("127.0.0.1"), null)).isEqualTo(200);
	}

	@Test
	void portThatIsOpenToEveryPageIsWarnedOf() throws Exception {
		filter("0.0.0.0");
		assertThat(this.log.text()).contains(NOBODY_IS_ASKED).contains("0.0.0.0").contains("eardrum.http.hosts");
	}

	@Test
	void portThatIsNotIsNotWarnedOf() throws Exception {
		filter("127.0.0.1");
		filter("0.0.0.0", "metrics.example");
		filter("0.0.0.0", "*");
		HostFilter.of(new HttpProperties("ada", "tea", List.of()), InetAddress.getByName("0.0.0.0"));
		assertThat(this.log.text()).doesNotContain(NOBODY_IS_ASKED);
	}

	@Test
	void operatorLearnsOfRefusedNamesNowAndThen() throws Exception {
		HostFilter filter = filter("0.0.0.0", "eardrum");
		for (int i = 0; i < 20; i++) {
			status(filter, "metrics" + i + ".example:8080");
		}
		assertThat(this.log.lines().filter((line) -> line.contains("metrics"))).hasSize(1)
			.first()
			.asString()
			.contains("metrics0.example:8080")
			.contains("eardrum.http.hosts");
	}

	private static HostFilter filter(String address, String... hosts) throws IOException {
		return HostFilter.of(new HttpProperties("", "", Arrays.asList(hosts)), InetAddress.getByName(address));
	}

	@Test
	void grafanaShowsWhyARequestIsRefused() throws Exception {
		String json = answer(filter("127.0.0.1"), "eardrum").getContentAsString();
		assertThat(JsonPath.<String>read(json, "$.message")).isEqualTo(JsonPath.<String>read(json, "$.detail"))
			.contains("eardrum.http.hosts");
	}

	private static int status(HostFilter filter, @Nullable String host) throws ServletException, IOException {
		return answer(filter, host).getStatus();
	}

	private static MockHttpServletResponse answer(HostFilter filter, @Nullable String host)
			throws ServletException, IOException {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/api/series");
		if (host != null) {
			request.addHeader("Host", host);
		}
		MockHttpServletResponse response = new MockHttpServletResponse();
		filter.doFilter(request, response, new MockFilterChain());
		return response;
	}

}
