package io.eardrum.server.command;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.eardrum.budget.ObjectPool;
import io.eardrum.metric.PointBatch;
import io.eardrum.protocol.CommandParser;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.fixture.Budgets;
import io.eardrum.server.fixture.Replies;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.fixture.TimestampChecks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link CommitGroup}: what several connections have sent is stored together.
 */
class CommitGroupTests {

	private static final String UNAVAILABLE = "error\nstorage unavailable\n\n";

	private static final String WRONG = "error\nwrong command\n\n";

	private final MetricRepository repository = mock(MetricRepository.class);

	private final List<Integer> batches = new ArrayList<>();

	private final CommitGroup group = new CommitGroup(this.repository, TimestampChecks.UNLIMITED, (defect) -> {
		throw defect;
	});

	@Test
	void putsOfSeveralConnectionsAreStoredTogether() throws IOException {
		countBatches();
		Session first = new Session("put a 1 1\nwrong\nput a 2 2\n");
		Session second = new Session("put b 1 1\n");
		assertThat(this.batches).isEmpty();
		this.group.commit();
		assertThat(this.batches).containsExactly(3);
		assertThat(first.reply()).isEqualTo(Replies.OK + WRONG + Replies.OK);
		assertThat(second.reply()).isEqualTo(Replies.OK);
	}

	@Test
	void allOfThemHearThatTheyCouldNotBeStored() throws IOException {
		willThrow(new StorageException("the disk is full")).given(this.repository).put(any());
		Session first = new Session("put a 1 1\n");
		Session second = new Session("wrong\nput b 1 1\nput b 2 2\n");
		Session third = new Session("wrong\n");
		this.group.commit();
		assertThat(first.reply()).isEqualTo(UNAVAILABLE);
		assertThat(second.reply()).isEqualTo(WRONG + UNAVAILABLE + UNAVAILABLE);
		assertThat(third.reply()).isEqualTo(WRONG);
	}

	@Test
	void aDefectLeavesNothingBehindForThoseWhoComeNext() throws IOException {
		willThrow(new StackOverflowError("as a defect would")).given(this.repository).put(any());
		Session first = new Session("put a 1 1\n");
		assertThatExceptionOfType(StackOverflowError.class).isThrownBy(this.group::commit);
		countBatches();
		Session second = new Session("put b 1 1\n");
		this.group.commit();
		assertThat(this.batches).containsExactly(1);
		assertThat(second.reply()).isEqualTo(Replies.OK);
		assertThat(first.reply()).isEqualTo(UNAVAILABLE);
	}

	@Test
	void readingCommitsWhatTheSameConnectionHasPut() throws IOException {
		countBatches();
		Session first = new Session("put a 1 1\n");
		Session second = new Session("put b 1 1\nget b\nput b 2 2\n");
		assertThat(this.batches).containsExactly(2);
		assertThat(first.reply()).isEqualTo(Replies.OK);
		this.group.commit();
		assertThat(this.batches).containsExactly(2, 1);
		assertThat(second.reply()).isEqualTo(Replies.OK + Replies.OK + Replies.OK);
	}

	@Test
	void readingBesidePutsCommitsNothingAndKeepsThePutsOfTheGroup() throws IOException {
		willAnswer((invocation) -> {
			PointBatch points = invocation.getArgument(0, PointBatch.class);
			this.batches.add(points.size());
			assertThat(points.key(0)).hasToString("a");
			assertThat(points.key(2)).hasToString("long.key");
			points.refuse(2, PointBatch.Refusal.TOO_MANY_SERIES);
			return null;
		}).given(this.repository).put(any());
		Session first = new Session("put a 1 1\n");
		Session second = new Session("put b 1 1\nget x\nput long.key 2 2\nget y\nput b 3 3\n");
		Session third = new Session("put a 2 2\n");
		assertThat(this.batches).isEmpty();
		this.group.commit();
		assertThat(this.batches).containsExactly(5);
		assertThat(first.reply()).isEqualTo(Replies.OK);
		assertThat(second.reply())
			.isEqualTo(Replies.OK.repeat(2) + "error\ntoo many series\n\n" + Replies.OK.repeat(2));
		assertThat(third.reply()).isEqualTo(Replies.OK);
	}

	@Test
	void readingDoesNotCommitWhatOnlyOthersHavePut() throws IOException {
		countBatches();
		Session first = new Session("put a 1 1\n");
		Session second = new Session("get a\n");
		assertThat(this.batches).isEmpty();
		assertThat(second.reply()).isEqualTo(Replies.OK);
		this.group.commit();
		assertThat(first.reply()).isEqualTo(Replies.OK);
	}

	@Test
	void hugeFramesAreStoredInPieces() throws IOException {
		countBatches();
		Session session = new Session("put a 1 1\n".repeat(40_000));
		this.group.commit();
		assertThat(this.batches).hasSize(3).allMatch((points) -> points <= 16_384);
		assertThat(this.batches.stream().mapToInt(Integer::intValue).sum()).isEqualTo(40_000);
		assertThat(session.reply()).isEqualTo(Replies.OK.repeat(40_000));
	}

	@Test
	void framesOfManyWrongCommandsBetweenPutsAreAnsweredInPieces() throws IOException {
		countBatches();
		Session session = new Session("put a 1 1\nwrong\n".repeat(5000));
		this.group.commit();
		assertThat(this.batches).containsExactly(2048, 2048, 904);
		assertThat(session.reply()).isEqualTo((Replies.OK + WRONG).repeat(5000));
	}

	@Test
	void longKeysAreStoredInPiecesAndTheirMemoryIsNotKept() throws IOException {
		countBatches();
		String put = "put " + "k".repeat(500) + " 1 1\n";
		Session session = new Session(put.repeat(10_000));
		assertThat(this.batches).hasSizeGreaterThan(1).allMatch((points) -> points * 500 < 4 << 20);
		this.group.commit();
		assertThat(this.batches.stream().mapToInt(Integer::intValue).sum()).isEqualTo(10_000);
		assertThat(this.group.heldBytes()).isLessThan(3 << 20);
		assertThat(session.reply()).isEqualTo(Replies.OK.repeat(10_000));
	}

	@Test
	void nothingIsStoredWhereNothingWasPut() {
		countBatches();
		this.group.commit();
		assertThat(this.batches).isEmpty();
	}

	private void countBatches() {
		willAnswer((invocation) -> this.batches.add(invocation.getArgument(0, PointBatch.class).size()))
			.given(this.repository)
			.put(any());
	}

	/**
	 * A connection whose frame has been executed, but not answered.
	 */
	private final class Session {

		private final ByteArrayOutputStream output = new ByteArrayOutputStream();

		private final Reply reply;

		Session(String lines) throws IOException {
			byte[] source = lines.getBytes(StandardCharsets.US_ASCII);
			Frame frame = new Frame(new CommandParser(ProtocolLimits.DEFAULTS), this.output, mock(ServerObserver.class),
					null);
			frame.set(source, 0, source.length, false);
			frame.setTurn(new SoleTurn(() -> CommitGroupTests.this.group));
			this.reply = new CommandExecutor(CommitGroupTests.this.repository, Budgets.patterns(),
					new ObjectPool<>(1, () -> {
						throw new AssertionError();
					}), (defect) -> {
						throw defect;
					})
				.execute(frame);
		}

		String reply() throws IOException {
			this.reply.writeTo(this.output);
			return this.output.toString(StandardCharsets.US_ASCII);
		}

	}

}
