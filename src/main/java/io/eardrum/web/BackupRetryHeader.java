package io.eardrum.web;

import java.time.Duration;

import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpHeaders;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import io.eardrum.storage.BackupObserver;

/**
 * Sets the header {@code Retry-After} to when a backup can be made, if that is a matter
 * of time. An Actuator endpoint has no other way to set a header. Safe for any number of
 * threads.
 */
final class BackupRetryHeader implements BackupObserver {

	@Override
	public void refused(Refusal reason, Duration retryAfter) {
		if (!retryAfter.isZero()
				&& RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes request) {
			HttpServletResponse response = request.getResponse();
			if (response != null) {
				response.setHeader(HttpHeaders.RETRY_AFTER, String.valueOf(retryAfter.toSeconds()));
			}
		}
	}

}
