package io.eardrum.web.guard;

import java.io.IOException;

import com.jayway.jsonpath.JsonPath;
import jakarta.servlet.ServletException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;

class CrossOriginFilterTests {

	@ParameterizedTest
	@CsvSource({ "GET,,,200", "POST,,,200", "POST,http://localhost:8080,same-origin,200", "POST,,none,200",
			"POST,http://LOCALHOST:8080,,200", "POST,http://evil.example,cross-site,403",
			"POST,http://evil.example,,403", "POST,null,,403", "POST,,same-site,403", "POST,:,,403",
			"DELETE,http://localhost:3000,,403", "GET,http://evil.example,,200", "GET,,cross-site,403",
			"GET,,same-site,403", "HEAD,,cross-site,403", "GET,,same-origin,200", "GET,,none,200" })
	void refusesWhatPagesOfOtherSitesSend(String method, String origin, String site, int status)
			throws ServletException, IOException {
		MockHttpServletRequest request = request(method, "/actuator/backup");
		request.addHeader("Host", "localhost:8080");
		if (origin != null) {
			request.addHeader("Origin", origin);
		}
		if (site != null) {
			request.addHeader("Sec-Fetch-Site", site);
		}
		assertThat(status(request)).isEqualTo(status);
	}

	@ParameterizedTest
	@CsvSource({ "GET,navigate,document,200", "GET,navigate,iframe,403", "GET,no-cors,image,403", "GET,cors,empty,403",
			"GET,no-cors,document,403", "POST,navigate,document,403" })
	void linkOfAnotherSiteCanBeFollowedAndNothingElse(String method, String mode, String destination, int status)
			throws ServletException, IOException {
		for (String path : new String[] { "/", "/render", "/actuator/prometheus" }) {
			MockHttpServletRequest request = request(method, path);
			request.addHeader("Sec-Fetch-Site", "cross-site");
			request.addHeader("Sec-Fetch-Mode", mode);
			request.addHeader("Sec-Fetch-Dest", destination);
			assertThat(status(request)).as(path).isEqualTo(status);
		}
	}

	@ParameterizedTest
	@CsvSource({ "GET, Pages of other sites may not read", "POST, Pages of other sites may not change" })
	void grafanaShowsWhyARequestIsRefused(String method, String reason) throws Exception {
		MockHttpServletRequest request = request(method, "/render");
		request.addHeader("Sec-Fetch-Site", "cross-site");
		MockHttpServletResponse response = new MockHttpServletResponse();
		new CrossOriginFilter().doFilter(request, response, new MockFilterChain());
		assertThat(JsonPath.<String>read(response.getContentAsString(), "$.message")).startsWith(reason);
	}

	private static MockHttpServletRequest request(String method, String path) {
		MockHttpServletRequest request = new MockHttpServletRequest(method, path);
		request.setServletPath(path);
		return request;
	}

	private static int status(MockHttpServletRequest request) throws ServletException, IOException {
		MockHttpServletResponse response = new MockHttpServletResponse();
		new CrossOriginFilter().doFilter(request, response, new MockFilterChain());
		return response.getStatus();
	}

}
