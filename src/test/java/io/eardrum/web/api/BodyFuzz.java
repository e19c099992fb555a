package io.eardrum.web.api;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.eardrum.budget.HeapBudget;
import io.eardrum.fuzz.FuzzInput;
import io.eardrum.metric.TimeRange;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.protocol.fixture.RecordedCounts;
import io.eardrum.storage.fixture.TimestampChecks;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.http.admission.RequestMemory;
import io.eardrum.web.http.problem.RequestProblem;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A target for the fuzzer: the body of a request with points, JSON or lines, is stored or
 * refused with a {@link RequestProblem}, in the same way however it arrives, and what is
 * stored are points that a client could have put.
 */
public final class BodyFuzz {

	private static final ProtocolLimits LIMITS = new ProtocolLimits(64, 16);

	private static final HeapBudget HEAP = HeapBudget.unlimited();

	private BodyFuzz() {
	}

	/**
	 * Tries one input: a byte that chooses the format and the pieces, and then the body.
	 * @param data the input
	 * @throws IOException if the body is blamed on the connection
	 */
	public static void fuzzerTestOneInput(byte[] data) throws IOException {
		FuzzInput input = new FuzzInput(data);
		int choice = input.nextByte();
		byte[] body = input.rest();
		boolean json = (choice & 1) == 0;
		String whole = result(new ByteArrayInputStream(body), json);
		String inPieces = result(new Trickle(body, choice), json);
		assertThat(inPieces).isEqualTo(whole);
	}

	private static String result(InputStream body, boolean json) throws IOException {
		MemoryMetricRepository repository = new MemoryMetricRepository();
		PointsImport pointsImport = new PointsImport(repository, TimestampChecks.UNLIMITED, new RecordedCounts(),
				LIMITS, "place", RequestMemory.of(HEAP));
		List<String> result = new ArrayList<>();
		try {
			if (json) {
				new BodyJson(pointsImport, BodyJson.factory(LIMITS)).readAll(body);
			}
			else {
				new BodyLines(pointsImport, LIMITS).readAll(body);
			}
			result.add("stored " + pointsImport.end());
		}
		catch (RequestProblem ex) {
			// Of two things that are wrong, the one that is told depends on what has come
			// by then.
			result.add(ex.toJson().replaceAll("\"status\":400,\"detail\":\"[^\"]*\"", "\"status\":400"));
		}
		repository.readAll(TimeRange.ALL, (key, timestamps, values, from, to) -> {
			assertThat(key.length()).isBetween(1, LIMITS.maxKeyLength());
			assertThat(key.toString()).doesNotContainPattern("[\\x00-\\x20\\x7F]").isNotEqualTo("*");
			for (int i = from; i < to; i++) {
				assertThat(values[i]).isFinite();
				result.add(key + " " + values[i] + " " + timestamps[i]);
			}
		});
		return String.join("\n", result);
	}

	/**
	 * Gives at most a few bytes a read.
	 */
	private static final class Trickle extends ByteArrayInputStream {

		private final Random random;

		Trickle(byte[] body, long seed) {
			super(body);
			this.random = new Random(seed);
		}

		@Override
		public int read(byte[] target, int offset, int length) {
			return super.read(target, offset, Math.min(length, 1 + this.random.nextInt(9)));
		}

	}

}
