package io.eardrum.web;

import java.io.IOException;

import jakarta.servlet.ServletException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;

class ForeignPageFilterTests {

	@ParameterizedTest
	@CsvSource({ "GET,localhost:8080,,,200", "GET,127.0.0.1,,,200", "GET,[::1]:8080,,,200", "GET,127.0.0.2:8080,,,200",
			"GET,127.evil.example,,,403", "GET,LOCALHOST,,,200", "GET,evil.example,,,403",
			"GET,127.0.0.1.evil.example:8080,,,403", "POST,evil.example:8080,http://evil.example:8080,same-origin,403",
			"POST,localhost:8080,,,200", "POST,localhost:8080,http://localhost:8080,same-origin,200",
			"POST,localhost:8080,,none,200", "POST,localhost:8080,http://evil.example,cross-site,403",
			"POST,localhost:8080,http://evil.example,,403", "POST,localhost:8080,null,,403",
			"POST,localhost:8080,,same-site,403", "POST,localhost:8080,:,,403",
			"DELETE,localhost:8080,http://localhost:3000,,403", "GET,localhost:8080,http://evil.example,,200",
			"GET,localhost:8080,,cross-site,403", "GET,localhost:8080,,same-site,403",
			"HEAD,localhost:8080,,cross-site,403", "GET,localhost:8080,,same-origin,200",
			"GET,localhost:8080,,none,200" })
	void letsInWhatIsOfThisMachine(String method, String host, String origin, String site, int status)
			throws ServletException, IOException {
		assertThat(status(new ForeignPageFilter(true), method, host, origin, site)).isEqualTo(status);
	}

	@ParameterizedTest
	@CsvSource({ "/,navigate,200", "/index.html,navigate,200", "/,no-cors,403", "/index.html,cors,403",
			"/render,navigate,403", "/api/series,navigate,403", "/actuator/prometheus,navigate,403" })
	void linkOfAnotherSiteLeadsToThePageAndNowhereElse(String path, String mode, int status)
			throws ServletException, IOException {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
		request.setServletPath(path);
		request.addHeader("Sec-Fetch-Site", "cross-site");
		request.addHeader("Sec-Fetch-Mode", mode);
		MockHttpServletResponse response = new MockHttpServletResponse();
		new ForeignPageFilter(false).doFilter(request, response, new MockFilterChain());
		assertThat(response.getStatus()).isEqualTo(status);
	}

	@ParameterizedTest
	@CsvSource({ "GET,metrics.example,,,200", "POST,metrics.example,,,200",
			"POST,metrics.example,https://metrics.example,same-origin,200",
			"POST,metrics.example,http://evil.example,cross-site,403" })
	void knowsNoNamesOfAServerForOthers(String method, String host, String origin, String site, int status)
			throws ServletException, IOException {
		assertThat(status(new ForeignPageFilter(false), method, host, origin, site)).isEqualTo(status);
	}

	private static int status(ForeignPageFilter filter, String method, String host, String origin, String site)
			throws ServletException, IOException {
		MockHttpServletRequest request = new MockHttpServletRequest(method, "/actuator/backup");
		request.addHeader("Host", host);
		if (origin != null) {
			request.addHeader("Origin", origin);
		}
		if (site != null) {
			request.addHeader("Sec-Fetch-Site", site);
		}
		MockHttpServletResponse response = new MockHttpServletResponse();
		filter.doFilter(request, response, new MockFilterChain());
		return response.getStatus();
	}

}
