package io.eardrum.web.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

import io.eardrum.budget.RequestBudget;
import io.eardrum.web.http.admission.RequestMemory;
import io.eardrum.web.http.body.ContentCoding;
import io.eardrum.web.http.body.MinimumDataRate;
import io.eardrum.web.http.body.RequestBody;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Reads the parameters of a request that may come as a form. The body is read here,
 * because the container would wait forever for a client that sends single bytes. Memory
 * for everything made from the body is reserved before its first byte is read.
 */
final class FormBody {

	static final int MAX_BYTES = 512 * 1024;

	/** The container accepts the same number in a URL. */
	private static final int MAX_PARAMETERS = 1000;

	private static final String TYPE = "application/x-www-form-urlencoded";

	/**
	 * The memory for a byte of a form: the byte itself, once more where the length is
	 * unknown and the array grows, and two bytes in a text of wide characters.
	 */
	private static final int BYTES_A_BYTE = 4;

	/**
	 * The memory for a parameter without its characters: string objects, lists, and
	 * entries in a map.
	 */
	private static final int PARAMETER_BYTES = 200;

	private static final int INITIAL_BYTES = 8192;

	private static final int HEX = 16;

	private final byte[] form;

	private final int length;

	private final Map<String, List<String>> parameters;

	private FormBody(byte[] form, int length, Map<String, List<String>> parameters) {
		this.form = form;
		this.length = length;
		this.parameters = parameters;
	}

	static boolean isForm(HttpServletRequest request) {
		String type = request.getContentType();
		return type != null && type.toLowerCase(Locale.ROOT).startsWith(TYPE);
	}

	/**
	 * Reads the parameters of a request: those of its URL, followed by those of its body,
	 * in UTF-8.
	 * @param request a request whose body has not been read
	 * @param rate how slowly the body may arrive
	 * @param memory the memory of the request
	 * @param budget the budget of the request, which counts the length of the form as
	 * work
	 * @return the values by the names of the parameters
	 * @throws RequestProblem if they are not well-formed or too many, or come too slowly
	 * @throws IOException if the body can't be read
	 */
	static Map<String, String[]> parameters(HttpServletRequest request, MinimumDataRate rate, RequestMemory memory,
			RequestBudget budget) throws IOException {
		Map<String, List<String>> all = new LinkedHashMap<>();
		if (request.getMethod().equals("POST") && isForm(request)) {
			FormBody form = read(request, rate, memory, all);
			// Because the body has been read as a stream, the container reads only the
			// URL.
			addAll(request.getParameterMap(), all);
			budget.work(BYTES_A_BYTE * (long) form.length);
			form.readAll();
		}
		else {
			refuseOtherBody(request);
			addAll(request.getParameterMap(), all);
		}
		Map<String, String[]> parameters = new LinkedHashMap<>();
		all.forEach((name, values) -> parameters.put(name, values.toArray(String[]::new)));
		return parameters;
	}

	// If they are all in a body of another kind, they would be missing without a word.
	private static void refuseOtherBody(HttpServletRequest request) {
		boolean hasBody = request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null
				|| request.getContentLengthLong() > 0;
		if (request.getMethod().equals("POST") && hasBody && request.getParameterMap().isEmpty()) {
			throw new RequestProblem(HttpStatus.UNSUPPORTED_MEDIA_TYPE,
					"Parameters come in the address, or in a body with the Content-Type " + TYPE + ".");
		}
	}

	private static void addAll(Map<String, String[]> some, Map<String, List<String>> all) {
		some.forEach((name, values) -> all.put(name, new ArrayList<>(List.of(values))));
	}

	private static FormBody read(HttpServletRequest request, MinimumDataRate rate, RequestMemory memory,
			Map<String, List<String>> all) throws IOException {
		ContentCoding coding = ContentCoding.of(request);
		long announced = (coding == ContentCoding.IDENTITY) ? request.getContentLengthLong() : -1;
		if (announced > MAX_BYTES) {
			throw tooLong();
		}
		long most = (announced >= 0) ? announced : MAX_BYTES;
		long parameters = Math.min(MAX_PARAMETERS, most / 2 + 1);
		memory.reserveBody(BYTES_A_BYTE * most + PARAMETER_BYTES * parameters);
		byte[] form = new byte[(int) Math.min(most, (announced >= 0) ? most : INITIAL_BYTES) + 1];
		int length = 0;
		try (InputStream body = coding
			.decode(new RequestBody(request.getInputStream(), rate, RequestBody.Bound.NONE))) {
			int count;
			while ((count = body.read(form, length, form.length - length)) > 0) {
				length += count;
				if (length > MAX_BYTES) {
					throw tooLong();
				}
				if (length == form.length) {
					form = Arrays.copyOf(form, Math.min(2 * length, MAX_BYTES + 1));
				}
			}
		}
		// Only the texts made from the bytes remain.
		memory.releaseBody(BYTES_A_BYTE * most - BYTES_A_BYTE / 2 * (long) length);
		return new FormBody(form, length, all);
	}

	private static RequestProblem tooLong() {
		return new RequestProblem(HttpStatus.CONTENT_TOO_LARGE, "A form has " + MAX_BYTES + " bytes at most.");
	}

	private void readAll() {
		int count = 0;
		int start = 0;
		while (start < this.length) {
			int end = indexOf('&', start, this.length);
			if (end > start) {
				if (++count > MAX_PARAMETERS) {
					throw new RequestProblem(HttpStatus.BAD_REQUEST,
							"A form has " + MAX_PARAMETERS + " parameters at most.");
				}
				int equals = indexOf('=', start, end);
				String name = decode(start, equals);
				String value = decode(Math.min(equals + 1, end), end);
				this.parameters.computeIfAbsent(name, (any) -> new ArrayList<>(1)).add(value);
			}
			start = end + 1;
		}
	}

	private int indexOf(char sought, int from, int to) {
		int i = from;
		while (i < to && this.form[i] != sought) {
			i++;
		}
		return i;
	}

	// Decodes in place, because decoded text is never longer.
	private String decode(int from, int to) {
		int target = from;
		for (int i = from; i < to; i++) {
			byte next = this.form[i];
			if (next == '%') {
				if (to - i < 3) {
					throw RequestProblem.notWellFormed();
				}
				next = (byte) (digit(this.form[i + 1]) << 4 | digit(this.form[i + 2]));
				i += 2;
			}
			else if (next == '+') {
				next = ' ';
			}
			this.form[target++] = next;
		}
		return new String(this.form, from, target - from, StandardCharsets.UTF_8);
	}

	private static int digit(byte character) {
		int digit = Character.digit(character, HEX);
		if (digit < 0) {
			throw RequestProblem.notWellFormed();
		}
		return digit;
	}

}
