package io.eardrum.budget;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;

import com.sun.management.UnixOperatingSystemMXBean;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Divides the file descriptors that this process may have. If none were left, the store
 * could open no file, so clients are turned away before that. {@value #STORE} are for the
 * store and for what the JVM has open, and up to an eighth is for HTTP; the two together
 * take half of them at most. The rest is for the TCP ports.
 */
public final class FileDescriptorLimit {

	/** For the files of the store, and for what the JVM has open. */
	private static final int STORE = 600;

	private static final int HTTP_PART = 8;

	private static final int STORE_PART = 12;

	/**
	 * HTTP gets no more than this, because every connection for HTTP is one less for TCP.
	 */
	private static final int MAX_HTTP = 4000;

	/** This many connections for HTTP are enough for nearly every server. */
	private static final int PLENTY_FOR_HTTP = 1000;

	private static final Log logger = LogFactory.getLog(FileDescriptorLimit.class);

	private FileDescriptorLimit() {
	}

	/**
	 * Lowers a number of connections to the TCP ports to what this process may have.
	 * @param wanted the configured number
	 * @return that number, or a smaller one, which is logged
	 */
	public static int tcpConnections(int wanted) {
		long descriptors = descriptors();
		return told(wanted, tcpConnections(wanted, descriptors, open()), wanted, "eardrum.tcp.max-connections",
				descriptors);
	}

	/**
	 * Lowers a number of connections to an HTTP port to what this process may have.
	 * @param wanted the configured number
	 * @return that number, or a smaller one, which is logged
	 */
	public static int httpConnections(int wanted) {
		long descriptors = descriptors();
		return told(wanted, httpConnections(wanted, descriptors), PLENTY_FOR_HTTP, "server.tomcat.max-connections",
				descriptors);
	}

	private static int told(int wanted, int allowed, int plenty, String property, long descriptors) {
		if (allowed < wanted) {
			String message = "No more than " + allowed + " connections are accepted, although " + property + " is "
					+ wanted + ": this process may open " + descriptors + " files (ulimit -n)";
			if (allowed < plenty) {
				logger.warn(message);
			}
			else {
				logger.info(message);
			}
		}
		return allowed;
	}

	/**
	 * Returns how many clients that are being turned away may have a descriptor each
	 * until they have gone. The number is small enough to leave descriptors for turning
	 * away the next ones.
	 * @param most how many are enough
	 * @return a number from 1 to that one
	 */
	public static int turnedAway(int most) {
		return turnedAway(most, descriptors());
	}

	private static long descriptors() {
		OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
		return (system instanceof UnixOperatingSystemMXBean unix) ? unix.getMaxFileDescriptorCount() : Long.MAX_VALUE;
	}

	private static long open() {
		OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
		return (system instanceof UnixOperatingSystemMXBean unix) ? unix.getOpenFileDescriptorCount() : 0;
	}

	// If there are few descriptors, those already open count, and so do those that will
	// be.
	static int tcpConnections(int wanted, long descriptors, long open) {
		long left = descriptors - open - httpConnections(MAX_HTTP, descriptors) - descriptors / STORE_PART;
		return (int) Math.max(1, Math.min(tcpConnections(wanted, descriptors), left));
	}

	static int tcpConnections(int wanted, long descriptors) {
		long reserved = Math.min(descriptors / 2, STORE + httpConnections(MAX_HTTP, descriptors));
		return (int) Math.max(1, Math.min(wanted, descriptors - reserved));
	}

	static int httpConnections(int wanted, long descriptors) {
		return (int) Math.max(1, Math.min(wanted, descriptors / HTTP_PART));
	}

	static int turnedAway(int most, long descriptors) {
		return (int) Math.max(1, Math.min(most, descriptors / 64));
	}

}
