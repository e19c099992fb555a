package io.eardrum.web.http.body;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

import io.eardrum.web.http.problem.RequestProblem;

/**
 * The content coding of a body (RFC 9110, 8.4). Unknown codings are refused, because
 * their bytes would be read as text.
 */
public enum ContentCoding {

	/** No compression. */
	IDENTITY,

	/** Compressed with gzip, once. */
	GZIP;

	/**
	 * Returns the coding of the body of a request.
	 * @param request the request
	 * @return the coding
	 * @throws RequestProblem if the coding is unknown, or there are several
	 */
	public static ContentCoding of(HttpServletRequest request) {
		List<String> codings = new ArrayList<>();
		for (String header : Collections.list(request.getHeaders(HttpHeaders.CONTENT_ENCODING))) {
			for (String coding : header.split(",", -1)) {
				String name = coding.strip().toLowerCase(Locale.ROOT);
				if (!name.isEmpty() && !name.equals("identity")) {
					codings.add(name);
				}
			}
		}
		if (codings.isEmpty()) {
			return IDENTITY;
		}
		if (codings.size() == 1 && (codings.get(0).equals("gzip") || codings.get(0).equals("x-gzip"))) {
			return GZIP;
		}
		throw new RequestProblem(HttpStatus.UNSUPPORTED_MEDIA_TYPE,
				"The Content-Encoding of a body can be gzip, once, or identity.")
			.header(HttpHeaders.ACCEPT_ENCODING, "gzip, identity");
	}

	/**
	 * Returns the content of a body.
	 * @param body the bytes as they arrive
	 * @return the bytes of the content, to be closed
	 */
	public InputStream decode(InputStream body) {
		return (this == GZIP)
				? new TextBody(new GzipBody(body), "The body is compressed twice, and gzip is taken once.")
				: new TextBody(body, "The body is compressed with gzip, and no Content-Encoding says so.");
	}

}
