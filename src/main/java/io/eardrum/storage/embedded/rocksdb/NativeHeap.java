package io.eardrum.storage.embedded.rocksdb;

import java.lang.management.ManagementFactory;
import java.time.Duration;

import javax.management.JMException;
import javax.management.JMRuntimeException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives free memory that the C library retains back to the operating system. RocksDB
 * allocates and frees blocks of all sizes from many threads, and glibc keeps the gaps
 * between the blocks in use, separately for some of the threads. Measured with a budget
 * of 48 MB, these were a hundred megabytes after twenty minutes of load, and more by the
 * minute.
 * <p>
 * With glibc, the JVM can request this from version 18 on and in the later updates of 17
 * (tried with 17.0.15). Elsewhere nothing happens. Used by one thread.
 */
public final class NativeHeap {

	private static final Logger logger = LoggerFactory.getLogger(NativeHeap.class);

	/**
	 * A trim takes a third of a millisecond per megabyte, and a pause of the JVM may have
	 * to wait for it.
	 */
	private static final long INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

	private long lastTrim = System.nanoTime();

	private boolean possible = true;

	/**
	 * Releases free memory if the last trim was at least a minute ago.
	 */
	public void trimIfDue() {
		if (this.possible && System.nanoTime() - this.lastTrim >= INTERVAL_NANOS) {
			this.lastTrim = System.nanoTime();
			this.possible = trim();
		}
	}

	/**
	 * Releases free memory.
	 * @return whether this JVM can do that
	 */
	static boolean trim() {
		long start = System.nanoTime();
		try {
			MBeanServer server = ManagementFactory.getPlatformMBeanServer();
			Object result = server.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"),
					"systemTrimNativeHeap", new Object[0], new String[0]);
			logger.debug("{} ({} µs)", result, (System.nanoTime() - start) / 1000);
			return true;
		}
		catch (JMException | JMRuntimeException ex) {
			logger.debug("This JVM can't give free memory of the C library back", ex);
			return false;
		}
	}

}
