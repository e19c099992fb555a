package io.eardrum.web.reply;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpStatus;

/**
 * The parameters of a request that may come as a form. The body is read here and not by
 * the container, which would wait for a sender of single bytes for ever.
 */
final class FormBody {

	static final int MAX_BYTES = 512 * 1024;

	/** As many as the container takes in an address. */
	private static final int MAX_PARAMETERS = 1000;

	private static final String TYPE = "application/x-www-form-urlencoded";

	private FormBody() {
	}

	static boolean isForm(HttpServletRequest request) {
		String type = request.getContentType();
		return type != null && type.toLowerCase(Locale.ROOT).startsWith(TYPE);
	}

	/**
	 * Reads the parameters of a request: those of its address, and behind them those of
	 * its body, in UTF-8.
	 * @param request a request whose body has not been read
	 * @param pace how slowly the body may come
	 * @return the values by the names of the parameters
	 * @throws RequestProblem if they are not well-formed or too many, or come too slowly
	 * @throws IOException if the body can't be read
	 */
	static Map<String, String[]> parameters(HttpServletRequest request, Pace pace) throws IOException {
		// With the body taken as a stream, the container reads the address only.
		String form = (request.getMethod().equals("POST") && isForm(request)) ? read(request, pace) : "";
		Map<String, List<String>> all = new LinkedHashMap<>();
		request.getParameterMap().forEach((name, values) -> all.put(name, new ArrayList<>(List.of(values))));
		int count = 0;
		int start = 0;
		while (start < form.length()) {
			int end = form.indexOf('&', start);
			end = (end < 0) ? form.length() : end;
			if (end > start) {
				if (++count > MAX_PARAMETERS) {
					throw new RequestProblem(HttpStatus.BAD_REQUEST,
							"A form has " + MAX_PARAMETERS + " parameters at most.");
				}
				add(form.substring(start, end), all);
			}
			start = end + 1;
		}
		Map<String, String[]> parameters = new LinkedHashMap<>();
		all.forEach((name, values) -> parameters.put(name, values.toArray(String[]::new)));
		return parameters;
	}

	private static String read(HttpServletRequest request, Pace pace) throws IOException {
		byte[] body = new RequestBody(request.getInputStream(), pace).readNBytes(MAX_BYTES + 1);
		if (body.length > MAX_BYTES) {
			throw new RequestProblem(HttpStatus.CONTENT_TOO_LARGE, "A form has " + MAX_BYTES + " bytes at most.");
		}
		return new String(body, StandardCharsets.UTF_8);
	}

	private static void add(String parameter, Map<String, List<String>> all) {
		int equals = parameter.indexOf('=');
		String name = (equals < 0) ? parameter : parameter.substring(0, equals);
		String value = (equals < 0) ? "" : parameter.substring(equals + 1);
		try {
			all.computeIfAbsent(URLDecoder.decode(name, StandardCharsets.UTF_8), (any) -> new ArrayList<>())
				.add(URLDecoder.decode(value, StandardCharsets.UTF_8));
		}
		catch (IllegalArgumentException ex) {
			throw Query.notWellFormed();
		}
	}

}
