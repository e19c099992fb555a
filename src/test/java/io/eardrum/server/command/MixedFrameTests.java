package io.eardrum.server.command;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.budget.ObjectPool;
import io.eardrum.fixture.TestSeed;
import io.eardrum.fixture.TestThreads;
import io.eardrum.protocol.CommandParser;
import io.eardrum.protocol.FurtherWords;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.fixture.Budgets;
import io.eardrum.server.fixture.InterceptedStorage;
import io.eardrum.server.fixture.LateRead;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.fixture.TimestampChecks;
import io.eardrum.storage.memory.MemoryMetricRepository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

/**
 * Compares the replies to random frames with those to the same commands, sent one by one.
 */
@Timeout(60)
class MixedFrameTests {

	private static final int FRAMES = 300;

	private static final int MAX_COMMANDS = 60;

	private static final int KEYS = 10;

	/** More points than the replies beside puts have room for. */
	private static final int LONG_SERIES = 1500;

	@Test
	void framesInATurnOfTheirOwnAreAnsweredAsTheirCommands() throws IOException {
		long seed = TestSeed.value();
		Session whole = new Session((groups) -> new SoleTurn(() -> groups));
		compare(seed, whole);
		assertThat(whole.batches).as("commits with seed %d", seed).isLessThan(whole.puts / 2);
	}

	@Test
	void framesThatShareCommitsAreAnsweredAsTheirCommands() throws IOException {
		long seed = TestSeed.value();
		Random others = new Random(~seed);
		compare(seed, new Session((group) -> new SharedTurn(group, others)));
	}

	@Test
	void framesWhoseReadsComeFromOtherMachinesAreAnsweredAsTheirCommands() throws IOException {
		long seed = TestSeed.value();
		Random others = new Random(~seed);
		Session whole = new Session((group) -> new SharedTurn(group, others));
		whole.readFromElsewhere(others);
		compare(seed, whole);
		assertThat(whole.mostReads).as("reads together with seed %d", seed).isGreaterThan(1);
		assertThat(whole.reads).allMatch(LateRead::isClosed);
	}

	private static void compare(long seed, Session whole) throws IOException {
		Random random = new Random(seed);
		Session single = new Session((group) -> new SoleTurn(() -> group));
		StringBuilder history = new StringBuilder();
		for (int i = 0; i < LONG_SERIES; i++) {
			history.append("put key.0 ").append(i).append(' ').append(i).append('\n');
		}
		assertThat(whole.answer(history.toString())).isEqualTo(single.answer(history.toString()));
		for (int i = 0; i < FRAMES; i++) {
			List<String> commands = new ArrayList<>();
			for (int left = 1 + random.nextInt(MAX_COMMANDS); left > 0; left--) {
				commands.add(command(random));
			}
			boolean failing = random.nextInt(20) == 0;
			whole.failing = failing;
			single.failing = failing;
			StringBuilder expected = new StringBuilder();
			for (String command : commands) {
				expected.append(single.answer(command));
			}
			String frame = String.join("", commands);
			assertThat(whole.answer(frame)).as("frame %d with -Deardrum.test.seed=%d: %s", i, seed, frame)
				.isEqualTo(expected.toString());
		}
	}

	private static void fail(RuntimeException defect) {
		throw new AssertionError(defect);
	}

	private static String command(Random random) {
		String key = "key." + random.nextInt(KEYS);
		int from = random.nextInt(LONG_SERIES);
		return switch (random.nextInt(40)) {
			case 0 -> "get *\n";
			case 1 -> "keys\n";
			case 2 -> "keys " + key + "\n";
			case 3 -> "last key.*\n";
			case 4 -> "delete " + key.replace("0", "1") + "\n";
			case 5 -> "delete " + key + " " + from + " " + (from + 2) + "\n";
			case 6 -> "wrong " + key + "\n";
			case 7 -> "help\n";
			case 8, 9 -> "last " + key + "\n";
			case 10, 11 -> "range " + key + " " + from + " " + (from + 20) + "\n";
			default -> random.nextBoolean() ? "get " + key + "\n"
					: "put " + key + " " + random.nextInt(1000) + " " + random.nextInt(LONG_SERIES) + "\n";
		};
	}

	/**
	 * A client, a store of its own, and what executes its frames.
	 */
	private static final class Session {

		private final InterceptedStorage storage = new InterceptedStorage();

		private final MetricRepository store = (MetricRepository) this.storage
			.postProcessAfterInitialization(new MemoryMetricRepository(), "store");

		private boolean failing;

		private int batches;

		private int puts;

		/** Reads that are on their way. */
		private final List<LateRead> reads = new ArrayList<>();

		private int mostReads;

		private final ByteArrayOutputStream output = new ByteArrayOutputStream();

		private final Frame frame = new Frame(new CommandParser(ProtocolLimits.DEFAULTS, FurtherWords.ALL), this.output,
				mock(ServerObserver.class, withSettings().stubOnly()), null);

		private final ObjectPool<CommandExecutor> pool = new ObjectPool<>(1, this::newExecutor);

		private final Turn turn;

		Session(Function<CommitGroup, Turn> turns) {
			this.turn = turns.apply(new CommitGroup(this.store, TimestampChecks.UNLIMITED, MixedFrameTests::fail));
			this.storage.beforePut((batch) -> {
				if (this.failing) {
					throw new StorageException("the disk is full");
				}
				this.batches++;
				this.puts += batch.size();
			});
		}

		// The store has too many reads on their way now and then.
		void readFromElsewhere(Random random) {
			this.storage.beginReadsBy((key) -> {
				if (random.nextInt(20) == 0) {
					return null;
				}
				LateRead read = new LateRead();
				this.reads.add(read);
				TestThreads.NEW_THREAD.execute(read::arrive);
				return read;
			});
		}

		private void await(Reply reply) {
			this.reads.removeIf(LateRead::isClosed);
			this.mostReads = Math.max(this.mostReads, this.reads.size());
			CompletableFuture<Void> arrived = new CompletableFuture<>();
			reply.whenRead(() -> assertThat(arrived.complete(null)).isTrue());
			assertThat(arrived).succeedsWithin(Duration.ofSeconds(30));
		}

		private CommandExecutor newExecutor() {
			return new CommandExecutor(this.store, Budgets.patterns(), this.pool, MixedFrameTests::fail);
		}

		String answer(String lines) throws IOException {
			byte[] source = lines.getBytes(StandardCharsets.US_ASCII);
			this.output.reset();
			this.frame.set(source, 0, source.length, false);
			this.frame.setTurn(this.turn);
			Reply reply = this.pool.take().attempt(this.frame);
			while (reply.isPaused()) {
				if (reply.awaitsReads()) {
					await(reply);
				}
				this.turn.group().commit();
				reply = reply.goOn();
			}
			this.turn.group().commit();
			reply.writeTo(this.output);
			return this.output.toString(StandardCharsets.US_ASCII);
		}

	}

	/**
	 * The turn of a loop in which others take the group and commit it during reads.
	 */
	private static final class SharedTurn implements Turn {

		private final CommitGroup group;

		private final Random random;

		SharedTurn(CommitGroup group, Random random) {
			this.group = group;
			this.random = random;
		}

		@Override
		public CommitGroup group() {
			return this.group;
		}

		@Override
		public boolean isOver() {
			return this.random.nextInt(50) == 0;
		}

		@Override
		public boolean sharesCommits() {
			return true;
		}

		@Override
		public boolean awaitsReads() {
			return true;
		}

		@Override
		public void beginRead() {
			assertThat(this.group.isEmpty()).as("nothing of the frame is in the group that others may take").isTrue();
		}

	}

}
