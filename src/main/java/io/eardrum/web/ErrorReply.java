package io.eardrum.web;

import java.io.IOException;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Answers what no endpoint has answered, such as a request for a path that does not
 * exist, as endpoints do: with problem details that say what is wrong. Safe for any
 * number of threads.
 */
@Controller
final class ErrorReply implements ErrorController {

	@RequestMapping("/error")
	void reply(HttpServletRequest request, HttpServletResponse response) throws IOException {
		HttpStatus status = status(request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE));
		Endpoint.refuse(new RequestProblem(status, detail(status, request, response)), response);
	}

	// There is no status if somebody asks for this path itself.
	private static HttpStatus status(@Nullable Object code) {
		HttpStatus status = (code instanceof Integer number) ? HttpStatus.resolve(number) : HttpStatus.NOT_FOUND;
		return (status != null) ? status : HttpStatus.INTERNAL_SERVER_ERROR;
	}

	private static String detail(HttpStatus status, HttpServletRequest request, HttpServletResponse response) {
		return switch (status) {
			case NOT_FOUND -> "There is nothing at this path.";
			case METHOD_NOT_ALLOWED -> {
				String allowed = response.getHeader(HttpHeaders.ALLOW);
				Object method = request.getAttribute(RequestDispatcher.ERROR_METHOD);
				yield ((method != null) ? method : request.getMethod()) + " is not supported here"
						+ ((allowed != null) ? "; there are " + allowed.replaceAll(",\\s*", ", ") + "." : ".");
			}
			case NOT_ACCEPTABLE -> "There is no reply in a format that the header Accept names.";
			case UNSUPPORTED_MEDIA_TYPE -> "A body must be JSON here, with the header Content-Type: application/json.";
			default -> status.is4xxClientError() ? "The request can't be understood."
					: "The request failed. The log of the server may say why.";
		};
	}

}
