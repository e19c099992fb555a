package io.eardrum.server;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;

import com.sun.management.UnixOperatingSystemMXBean;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * How many connections the file descriptors of this process allow. Without any left the
 * store could open no file, so clients are turned away before that.
 */
final class DescriptorBudget {

	/** For the files of the store, for HTTP, and for what the JVM has open. */
	static final int RESERVED = 1600;

	private static final Log logger = LogFactory.getLog(DescriptorBudget.class);

	private DescriptorBudget() {
	}

	/**
	 * Lowers a number of connections to what this process may have.
	 * @param wanted the number that is configured
	 * @return that number, or a smaller one, of which the log tells
	 */
	static int connections(int wanted) {
		OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
		if (system instanceof UnixOperatingSystemMXBean unix) {
			long descriptors = unix.getMaxFileDescriptorCount();
			int allowed = connections(wanted, descriptors);
			if (allowed < wanted) {
				logger.warn("No more than " + allowed + " connections are taken, though eardrum.tcp.max-connections is "
						+ wanted + ": this process may open " + descriptors + " files (ulimit -n)");
			}
			return allowed;
		}
		return wanted;
	}

	static int connections(int wanted, long descriptors) {
		return (int) Math.max(1, Math.min(wanted, descriptors - Math.min(descriptors / 2, RESERVED)));
	}

}
