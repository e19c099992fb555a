package io.eardrum.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.client.fixture.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what an export does to the file that it writes, and to the files beside it.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExportTests {

	/** More than is buffered before something is written. */
	private static final String MANY_ROWS = "b 1.0 1\n".repeat(100_000);

	@TempDir
	private Path folder;

	@Test
	void exportsOfOneFileAtOnceAreEachWhole() throws Exception {
		Path file = this.folder.resolve("all.txt");
		CountDownLatch halfWay = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		try (ScriptedServer slow = ScriptedServer.start((session) -> {
			session.readLine();
			session.write("ok\n" + MANY_ROWS);
			halfWay.countDown();
			await(goOn);
			session.write(MANY_ROWS + "\n");
		}); ScriptedServer fast = ScriptedServer.answering("ok\na 1.0 1\n\n")) {
			FutureTask<CommandRun> first = new FutureTask<>(() -> export(slow, file));
			new Thread(first).start();
			await(halfWay);
			assertThat(export(fast, file)).isEqualTo(new CommandRun(0, "", "1 points exported\n"));
			assertThat(file).hasContent("a 1.0 1");
			goOn.countDown();
			assertThat(first.get()).isEqualTo(new CommandRun(0, "", "200000 points exported\n"));
		}
		assertThat(file).hasContent(MANY_ROWS + MANY_ROWS);
		assertThat(this.folder).isDirectoryNotContaining("glob:**.part");
	}

	@Test
	void filesBesideItAreLeftAlone() throws IOException {
		Path other = Files.writeString(this.folder.resolve("all.txt.part"), "somebody's");
		Path file = this.folder.resolve("all.txt");
		try (ScriptedServer server = ScriptedServer.answering("ok\na 1.0 1\n\n")) {
			assertThat(export(server, file).status()).isZero();
		}
		assertThat(other).hasContent("somebody's");
		assertThat(file).hasContent("a 1.0 1");
	}

	@Test
	@EnabledOnOs({ OS.LINUX, OS.MAC })
	void fileThatIsReplacedKeepsItsPermissions() throws IOException {
		Path file = Files.writeString(this.folder.resolve("all.txt"), "old");
		try (ScriptedServer server = ScriptedServer.answering("ok\na 1.0 1\n\n")) {
			for (String permissions : new String[] { "rw-------", "r--r-----", "rw-rw-rw-" }) {
				Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
				assertThat(export(server, file).status()).isZero();
				assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo(permissions);
			}
		}
		assertThat(file).hasContent("a 1.0 1");
	}

	@Test
	@EnabledOnOs({ OS.LINUX, OS.MAC })
	void linkStaysOneAlsoIfNothingIsBehindItYet() throws IOException {
		Path disk = Files.createDirectory(this.folder.resolve("disk"));
		Path second = Files.createSymbolicLink(disk.resolve("second"), Path.of("all.txt"));
		Path first = Files.createSymbolicLink(this.folder.resolve("first"), Path.of("disk/second"));
		Path round = Files.createSymbolicLink(this.folder.resolve("round"), Path.of("round"));
		try (ScriptedServer server = ScriptedServer.answering("ok\na 1.0 1\n\n")) {
			assertThat(export(server, first).status()).isZero();
			assertThat(export(server, round))
				.isEqualTo(new CommandRun(1, "", "eardrum: can't write " + round + ": its links form a loop\n"));
		}
		assertThat(first).isSymbolicLink();
		assertThat(second).isSymbolicLink();
		assertThat(round).isSymbolicLink();
		assertThat(disk.resolve("all.txt")).hasContent("a 1.0 1");
	}

	private static CommandRun export(ScriptedServer server, Path file) {
		return CommandRun.of("export", file.toString(), "--port", "" + server.port());
	}

	private static void await(CountDownLatch latch) throws IOException {
		try {
			if (!latch.await(30, TimeUnit.SECONDS)) {
				throw new IOException("nothing has happened");
			}
		}
		catch (InterruptedException ex) {
			throw new IOException(ex);
		}
	}

}
