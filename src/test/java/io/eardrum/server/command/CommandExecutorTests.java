package io.eardrum.server.command;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.budget.ObjectPool;
import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.protocol.Command;
import io.eardrum.protocol.CommandParser;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.protocol.FurtherWords;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.channel.ConnectionChannel;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.fixture.Budgets;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageStatus;
import io.eardrum.storage.fixture.TimestampChecks;
import io.eardrum.storage.memory.MemoryMetricRepository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;

class CommandExecutorTests {

	private static final String UNAVAILABLE = "error\nstorage unavailable\n\n";

	private static final String WRONG = "error\nwrong command\n\n";

	private final FailingRepository repository = new FailingRepository();

	private final List<RuntimeException> defects = new ArrayList<>();

	private final ByteArrayOutputStream output = new ByteArrayOutputStream();

	private final Frame frame = new Frame(new CommandParser(ProtocolLimits.DEFAULTS, FurtherWords.ALL), this.output,
			mock(ServerObserver.class), null);

	private final CommandExecutor executor = new CommandExecutor(this.repository, Budgets.patterns(),
			new ObjectPool<>(1, () -> {
				throw new AssertionError();
			}), this.defects::add);

	@Test
	void answersInTheOrderOfTheCommands() throws IOException {
		String reply = execute("put a 1 1\nwrong\nput a 2 2\nget a\nput b 3 3\nput\nget *\n");
		assertThat(reply).isEqualTo("ok\n\n" + WRONG + "ok\n\nok\na 1.0 1\na 2.0 2\n\nok\n\n" + WRONG
				+ "ok\na 1.0 1\na 2.0 2\nb 3.0 3\n\n");
		assertThat(this.executor.counts().served(Command.PUT)).isEqualTo(3);
		assertThat(this.executor.counts().failed(Command.PUT)).isEqualTo(1);
		assertThat(this.executor.counts().failed(Command.UNKNOWN)).isEqualTo(1);
		assertThat(this.executor.counts().served(Command.GET)).isEqualTo(1);
		assertThat(this.executor.counts().served(Command.GET_ALL)).isEqualTo(1);
		assertThat(this.executor.counts().pointsReturned()).isEqualTo(5);
	}

	@Test
	void storesConsecutivePutsTogetherEvenWithWrongCommandsBetween() throws IOException {
		execute("put a 1 1\nput a 2 2\nwrong\nput a 3 3\n");
		assertThat(this.repository.batches).isEqualTo(1);
	}

	@Test
	void answersEachPutOfABatchThatCouldNotBeStored() throws IOException {
		this.repository.failPut = true;
		assertThat(execute("put a 1 1\nwrong\nput a 2 2\n")).isEqualTo(UNAVAILABLE + WRONG + UNAVAILABLE);
		assertThat(this.executor.counts().served(Command.PUT)).isZero();
		assertThat(this.executor.counts().errors(Command.PUT, ErrorReason.STORAGE)).isEqualTo(2);
		assertThat(this.executor.counts().errors(Command.UNKNOWN, ErrorReason.UNKNOWN_COMMAND)).isEqualTo(1);
	}

	@Test
	void readsOfOtherKeysDoNotWaitForTheCommit() throws IOException {
		execute("put b 2 2\n");
		this.repository.batches = 0;
		assertThat(execute("get b\nput a 1 1\nget b\nlast b\nwrong\nput c 3 3\nrange b 2 2\nget none\nput a 4 4\n"))
			.isEqualTo("ok\nb 2.0 2\n\nok\n\nok\nb 2.0 2\n\nok\nb 2.0 2\n\n" + WRONG
					+ "ok\n\nok\nb 2.0 2\n\nok\n\nok\n\n");
		assertThat(this.repository.batches).isEqualTo(1);
		assertThat(execute("get *\n")).isEqualTo("ok\nb 2.0 2\na 1.0 1\na 4.0 4\nc 3.0 3\n\n");
	}

	@Test
	void readOfAKeySeesTheLastPutsOfTheFrameAndNoneBehindIt() throws IOException {
		assertThat(execute("get a\nput a 1 1\nget b\nput b 2 2\nget a\nput a 3 3\nget b\n"))
			.isEqualTo("ok\n\nok\n\nok\n\nok\n\nok\na 1.0 1\n\nok\n\nok\nb 2.0 2\n\n");
		assertThat(this.repository.batches).isEqualTo(2);
	}

	@Test
	void putsThatFailKeepTheirPlacesBetweenReads() throws IOException {
		execute("put b 2 2\n");
		this.repository.failPut = true;
		assertThat(execute("put a 1 1\nget b\nput c 3 3\nwrong\nget b\n"))
			.isEqualTo(UNAVAILABLE + "ok\nb 2.0 2\n\n" + UNAVAILABLE + WRONG + "ok\nb 2.0 2\n\n");
		assertThat(this.executor.counts().errors(Command.PUT, ErrorReason.STORAGE)).isEqualTo(2);
	}

	@Test
	void readsThatFailKeepTheirPlacesBetweenPuts() throws IOException {
		this.repository.failRead = true;
		assertThat(execute("put a 1 1\nget b\nput c 3 3\n")).isEqualTo("ok\n\n" + UNAVAILABLE + "ok\n\n");
		assertThat(this.repository.batches).isEqualTo(1);
		assertThat(this.executor.counts().errors(Command.GET, ErrorReason.STORAGE)).isEqualTo(1);
	}

	@Test
	void longReplyWaitsForTheCommit() throws IOException {
		StringBuilder puts = new StringBuilder();
		StringBuilder rows = new StringBuilder("ok\n");
		for (int i = 0; i < 2000; i++) {
			puts.append("put long 1 ").append(i).append('\n');
			rows.append("long 1.0 ").append(i).append('\n');
		}
		execute(puts + "put b 2 2\n");
		this.repository.batches = 0;
		assertThat(execute("put a 1 1\nget b\nget long\nput c 3 3\nget b\n"))
			.isEqualTo("ok\n\nok\nb 2.0 2\n\n" + rows + "\nok\n\nok\nb 2.0 2\n\n");
		assertThat(this.repository.batches).isEqualTo(2);
		assertThat(this.executor.counts().pointsReturned()).isEqualTo(2002);
		assertThat(this.executor.counts().served(Command.GET)).isEqualTo(3);
	}

	@Test
	void readsBesideManyPutsWaitForTheCommit() throws IOException {
		StringBuilder frame = new StringBuilder();
		for (int i = 0; i < 3000; i++) {
			frame.append("put a.").append(i).append(" 1 1\nget b\n");
		}
		assertThat(execute(frame.toString())).isEqualTo("ok\n\n".repeat(6000));
		assertThat(this.repository.batches).isEqualTo(3);
		assertThat(this.repository.seriesCount()).isEqualTo(3000);
	}

	@Test
	void clientIsLookedForBeforeMuchIsRead() throws IOException {
		ConnectionChannel channel = mock(ConnectionChannel.class);
		Frame looking = new Frame(new CommandParser(ProtocolLimits.DEFAULTS, FurtherWords.ALL), this.output,
				mock(ServerObserver.class), channel);
		looking.setTurn(this.frame.turn());
		execute("get a\nlast a\n".repeat(8), looking);
		then(channel).should(never()).look();
		execute("get a\n".repeat(17), looking);
		then(channel).should().look();
		execute("get *\nkeys\n", looking);
		then(channel).should(times(2)).look();
	}

	@Test
	void forgetsAFailedBatch() throws IOException {
		this.repository.failPut = true;
		execute("put a 1 1\n");
		this.repository.failPut = false;
		assertThat(execute("put a 2 2\nget a\n")).isEqualTo("ok\n\nok\na 2.0 2\n\n");
	}

	@Test
	void saysThatTheStoreCannotBeReadWhileNothingHasLeft() throws IOException {
		execute("put a 1 1\nput b 2 2\n");
		this.repository.failReadAfterSeries = 1;
		assertThat(execute("get a\nget *\nget x\n")).isEqualTo("ok\na 1.0 1\n\n" + UNAVAILABLE + "ok\n\n");
	}

	@Test
	void givesUpAReplyOfWhichAPartHasLeft() throws IOException {
		StringBuilder puts = new StringBuilder();
		for (int i = 0; i < 8000; i++) {
			puts.append("put a 1 ").append(i).append('\n');
		}
		execute(puts + "put b 1 1\n");
		this.repository.failReadAfterSeries = 1;
		assertThatExceptionOfType(ReplyCutException.class).isThrownBy(() -> execute("get *\n"));
	}

	@Test
	void patternsForWhichThereIsNoMemoryAreRefused() throws IOException {
		HeapShare none = Budgets.with(Map.of(HeapUse.QUERIES, 0L)).share(HeapUse.QUERIES);
		none.force(none.freeBytes());
		CommandExecutor crowded = new CommandExecutor(this.repository, none, new ObjectPool<>(1, () -> {
			throw new AssertionError();
		}), this.defects::add);
		byte[] source = "put a 1 1\nkeys a*\nlast a*\nlast a\nkeys\n".getBytes(StandardCharsets.US_ASCII);
		this.frame.set(source, 0, source.length, false);
		crowded.execute(this.frame).writeTo(this.output);
		assertThat(this.output.toString(StandardCharsets.US_ASCII))
			.isEqualTo("ok\n\n" + UNAVAILABLE + UNAVAILABLE + "ok\na 1.0 1\n\nok\na\n\n");
		assertThat(none.refusals()).isEqualTo(2);
		assertThat(this.defects).isEmpty();
	}

	@Test
	void clientThatLeavesEndsAListOfKeys() throws IOException {
		StringBuilder puts = new StringBuilder();
		for (int i = 0; i < 3000; i++) {
			puts.append("put a.long.key.that.takes.some.room.in.the.reply.").append(i).append(" 1 1\n");
		}
		execute(puts.toString());
		for (String command : List.of("keys\n", "keys a.**\n", "last *\n")) {
			Frame left = new Frame(new CommandParser(ProtocolLimits.DEFAULTS, FurtherWords.ALL), new OutputStream() {

				@Override
				public void write(int value) throws IOException {
					throw new IOException("the client has left");
				}

			}, mock(ServerObserver.class), null);
			left.setTurn(
					new SoleTurn(() -> new CommitGroup(this.repository, TimestampChecks.UNLIMITED, this.defects::add)));
			byte[] source = command.getBytes(StandardCharsets.US_ASCII);
			left.set(source, 0, source.length, false);
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.executor.execute(left))
				.withMessage("the client has left");
		}
	}

	@Test
	void seriesThatAreDeletedOneAfterTheOtherAreDeletedTogether() throws IOException {
		execute("put a 1 1\nput b 2 2\nput c 3 3\n");
		assertThat(execute("delete a\ndelete b\ndelete a\ndelete none\n")).isEqualTo("ok\n\n".repeat(4));
		assertThat(this.repository.deletions).containsExactly("[a, b, none]");
		assertThat(this.executor.counts().served(Command.DELETE)).isEqualTo(4);
		assertThat(execute("keys\n")).isEqualTo("ok\nc\n\n");
	}

	@Test
	void noMoreThanAHundredSeriesAreDeletedTogether() throws IOException {
		assertThat(execute("delete a\n".repeat(100) + "delete b\n")).isEqualTo("ok\n\n".repeat(101));
		assertThat(this.repository.deletions).containsExactly("[a]", "[b]");
	}

	@Test
	void deletionsAreInTheOrderOfTheOtherCommands() throws IOException {
		execute("put a 1 1\nput b 2 2\nput c 3 3\nput c 4 4\n");
		assertThat(execute("delete a\nget a\ndelete b\nput b 5 5\ndelete c 4 9\ndelete c 9 4\nget *\n"))
			.isEqualTo("ok\n\nok\n\nok\n\nok\n\nok\n\nok\n\nok\nc 3.0 3\nb 5.0 5\n\n");
		assertThat(this.repository.deletions).containsExactly("[a]", "[b]", "[c]");
		assertThat(execute("delete b\nwrong\ndelete c\nquit\ndelete a\n")).isEqualTo("ok\n\n" + WRONG + "ok\n\nok\n\n");
		assertThat(this.repository.deletions).containsExactly("[a]", "[b]", "[c]", "[b]", "[c]");
	}

	@Test
	void deletionsTogetherThatFailAreEachAnswered() throws IOException {
		this.repository.failDelete = true;
		assertThat(execute("delete a\ndelete b\nget a\n")).isEqualTo(UNAVAILABLE + UNAVAILABLE + "ok\n\n");
		assertThat(this.executor.counts().errors(Command.DELETE, ErrorReason.STORAGE)).isEqualTo(2);
		assertThat(this.defects).hasSize(1);
	}

	@Test
	void defectOfADeletionIsReportedAndAnswered() throws IOException {
		this.repository.failDelete = true;
		assertThat(execute("put a 1 1\ndelete a\nget a\n")).isEqualTo("ok\n\n" + UNAVAILABLE + "ok\na 1.0 1\n\n");
		assertThat(this.defects).singleElement().isInstanceOf(UnsupportedOperationException.class);
	}

	@Test
	void answersACutLineAndEndsThere() throws IOException {
		byte[] source = "put a 1 1\nput a 2".getBytes(StandardCharsets.US_ASCII);
		this.frame.set(source, 0, 10, true);
		this.executor.execute(this.frame).writeTo(this.output);
		assertThat(this.output.toString(StandardCharsets.US_ASCII)).isEqualTo("ok\n\n" + WRONG);
		assertThat(this.executor.counts().errors(Command.UNKNOWN, ErrorReason.CUT_LINE)).isEqualTo(1);
	}

	@Test
	void endsTheSessionBehindHttpAndExecutesNothingMore() throws IOException {
		assertThat(execute("POST / HTTP/1.1\nput a 1 1\n")).isEqualTo(WRONG);
		assertThat(this.executor.isLast()).isTrue();
		assertThat(execute("get a\n")).isEqualTo("ok\n\n");
		assertThat(this.executor.isLast()).isFalse();
	}

	@BeforeEach
	void begin() {
		this.frame.setTurn(
				new SoleTurn(() -> new CommitGroup(this.repository, TimestampChecks.UNLIMITED, this.defects::add)));
	}

	private String execute(String lines) throws IOException {
		return execute(lines, this.frame);
	}

	private String execute(String lines, Frame executed) throws IOException {
		byte[] source = lines.getBytes(StandardCharsets.US_ASCII);
		this.output.reset();
		executed.set(source, 0, source.length, false);
		this.executor.execute(executed).writeTo(this.output);
		return this.output.toString(StandardCharsets.US_ASCII);
	}

	/**
	 * A store that fails when it is told to.
	 */
	private static final class FailingRepository implements MetricRepository {

		private final MetricRepository store = new MemoryMetricRepository();

		private final List<String> deletions = new ArrayList<>();

		private boolean failDelete;

		private boolean failPut;

		private boolean failRead;

		private int failReadAfterSeries = Integer.MAX_VALUE;

		private int batches;

		@Override
		public void put(PointBatch batch) {
			if (this.failPut) {
				throw new StorageException("the disk is full");
			}
			this.batches++;
			this.store.put(batch);
		}

		@Override
		public void delete(List<SeriesKey> keys, TimeRange range) {
			if (this.failDelete) {
				throw new UnsupportedOperationException();
			}
			this.deletions.add(keys.toString());
			this.store.delete(keys, range);
		}

		@Override
		public void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException {
			if (this.failRead) {
				throw new StorageException("the disk is broken");
			}
			this.store.read(key, range, sink);
		}

		@Override
		public void readAll(TimeRange range, PointSink sink) throws IOException {
			int[] series = new int[1];
			this.store.readAll(range, (key, timestamps, values, from, to) -> {
				if (series[0]++ == this.failReadAfterSeries) {
					throw new StorageException("the disk is broken");
				}
				sink.accept(key, timestamps, values, from, to);
			});
		}

		@Override
		public void forEachKey(Consumer<SeriesKey> consumer) {
			this.store.forEachKey(consumer);
		}

		@Override
		public @Nullable Point last(SeriesKey key) {
			return this.store.last(key);
		}

		@Override
		public long seriesCount() {
			return this.store.seriesCount();
		}

		@Override
		public StorageStatus status() {
			return new StorageStatus("failing", !this.failPut, null, Map.of());
		}

	}

}
