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
 * Gives memory back to the system that the C library keeps although it is free. RocksDB
 * takes and frees blocks of all sizes from many threads, and glibc keeps what lies
 * between those that are in use, separately for some of the threads: measured, a hundred
 * megabytes after twenty minutes of load, and more by the minute, of a budget of 48.
 * <p>
 * The JVM can have that done, with glibc, from 18 on and in the later updates of 17
 * (tried with 17.0.15); elsewhere nothing happens. Used by one thread.
 */
public final class NativeHeap {

	private static final Logger logger = LoggerFactory.getLogger(NativeHeap.class);

	/**
	 * It takes a third of a millisecond a megabyte, and a pause of the JVM may have to
	 * wait.
	 */
	private static final long INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

	private long lastTrim = System.nanoTime();

	private boolean possible = true;

	/**
	 * Gives back what there is, if the last time is a while ago.
	 */
	public void trimIfDue() {
		if (this.possible && System.nanoTime() - this.lastTrim >= INTERVAL_NANOS) {
			this.lastTrim = System.nanoTime();
			this.possible = trim();
		}
	}

	/**
	 * Gives back what there is.
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
