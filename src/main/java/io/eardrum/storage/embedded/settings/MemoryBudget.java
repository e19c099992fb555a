package io.eardrum.storage.embedded.settings;

import java.lang.management.ManagementFactory;

import com.sun.management.OperatingSystemMXBean;

/**
 * How much memory the store may take: for points, which are on the Java heap, and for
 * RocksDB, whose memory is outside the heap.
 *
 * @param headBytes the bytes for points
 * @param nativeBytes the bytes for RocksDB's caches and write buffers
 */
public record MemoryBudget(long headBytes, long nativeBytes) {

	private static final long MEBIBYTE = 1 << 20;

	private static final long MIN_HEAD_BYTES = 16 * MEBIBYTE;

	private static final long MIN_NATIVE_BYTES = 32 * MEBIBYTE;

	private static final long MAX_DEFAULT_NATIVE_BYTES = 256 * MEBIBYTE;

	/**
	 * Returns the budget for this process: a quarter of its heap for points, and an
	 * eighth of the memory of the machine or container for RocksDB.
	 * @return the budget
	 */
	public static MemoryBudget ofThisProcess() {
		long heap = Runtime.getRuntime().maxMemory();
		long machine = 4 * heap;
		if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
			machine = system.getTotalMemorySize();
		}
		return of(heap, machine);
	}

	public static MemoryBudget of(long heapBytes, long machineBytes) {
		return new MemoryBudget(Math.max(MIN_HEAD_BYTES, heapBytes / 4),
				Math.max(MIN_NATIVE_BYTES, Math.min(MAX_DEFAULT_NATIVE_BYTES, machineBytes / 8)));
	}

	/**
	 * Divides a total: half for points, but never more than half of the heap, and the
	 * rest for RocksDB.
	 * @param totalBytes the total, in bytes
	 * @return the budget
	 */
	public static MemoryBudget share(long totalBytes) {
		long head = Math.max(MIN_HEAD_BYTES, Math.min(totalBytes / 2, Runtime.getRuntime().maxMemory() / 2));
		return new MemoryBudget(head, Math.max(MIN_NATIVE_BYTES, totalBytes - head));
	}

}
