package io.eardrum.web;

import java.time.Duration;

import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpHeaders;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import io.eardrum.storage.BackupObserver;

/**
 * Says in the header {@code Retry-After} when a backup can be made, if it is a matter of
 * time. What answers for Actuator has no headers. Safe for any number of threads.
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
