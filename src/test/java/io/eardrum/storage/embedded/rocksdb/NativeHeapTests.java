package io.eardrum.storage.embedded.rocksdb;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import javax.management.ObjectName;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Isolated;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests for {@link NativeHeap}.
 */
@Isolated("It looks at the memory of the process.")
class NativeHeapTests {

	// Below what the C library asks the system for separately.
	private static final int BLOCK_BYTES = 64 * 1024;

	private static final int BLOCKS = 1600;

	@Test
	@EnabledOnOs(OS.LINUX)
	void freeMemoryBetweenBlocksInUseIsGivenBack() throws Exception {
		assumeTrue(jvmHasTheCommand(), "this JVM can give no memory back");
		assertThat(NativeHeap.trim()).isTrue();
		RocksDB.loadLibrary();
		List<WriteBatch> kept = new ArrayList<>();
		List<WriteBatch> freed = new ArrayList<>();
		byte[] value = new byte[BLOCK_BYTES - 100];
		for (int i = 0; i < BLOCKS; i++) {
			WriteBatch block = new WriteBatch(BLOCK_BYTES);
			block.put(new byte[1], value);
			((i % 8 == 0) ? kept : freed).add(block);
		}
		freed.forEach(WriteBatch::close);
		long before = residentBytes();
		assertThat(NativeHeap.trim()).isTrue();
		// Seven eighths of a hundred megabytes are free.
		assertThat(before - residentBytes()).isGreaterThan((long) BLOCKS * BLOCK_BYTES / 2);
		kept.forEach(WriteBatch::close);
	}

	private static boolean jvmHasTheCommand() throws Exception {
		ObjectName commands = new ObjectName("com.sun.management:type=DiagnosticCommand");
		return Arrays.stream(ManagementFactory.getPlatformMBeanServer().getMBeanInfo(commands).getOperations())
			.anyMatch((operation) -> operation.getName().equals("systemTrimNativeHeap"));
	}

	private static long residentBytes() throws IOException {
		String status = Files.readString(Path.of("/proc/self/status"));
		return 1024 * Long.parseLong(status.replaceAll("(?s).*VmRSS:\\s*(\\d+) kB.*", "$1"));
	}

}
