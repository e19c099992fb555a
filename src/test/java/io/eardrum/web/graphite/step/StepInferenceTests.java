package io.eardrum.web.graphite.step;

import java.util.Random;

import org.junit.jupiter.api.Test;

import io.eardrum.fixture.TestSeed;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Steps of series of many points; those of few are in the examples of the documents.
 */
class StepInferenceTests {

	private static StepInference of(long... timestamps) {
		StepInference inference = new StepInference();
		for (long timestamp : timestamps) {
			inference.add(timestamp);
		}
		return inference;
	}

	@Test
	void senderThatLosesMostOfItsPointsHasItsStep() {
		Random random = new Random(TestSeed.value());
		for (double part : new double[] { 0.3, 0.6, 0.95 }) {
			StepInference inference = new StepInference();
			for (int t = 0; t < 20_000; t += 10) {
				if (random.nextDouble() < part) {
					inference.add(t);
				}
			}
			assertThat(inference.isSure()).isTrue();
			assertThat(inference.step()).as("%s of the points", part).isEqualTo(10);
		}
	}

	@Test
	void senderThatRepeatsSomePointsALittleLaterHasItsStep() {
		StepInference inference = new StepInference();
		for (int i = 0; i < 100; i++) {
			inference.add(10 * i + 3);
			if (i % 10 == 0) {
				inference.add(10 * i + 8);
			}
		}
		assertThat(inference.step()).isEqualTo(10);
	}

	@Test
	void senderThatIsNotPunctualHasItsStep() {
		Random random = new Random(TestSeed.value());
		for (int step : new int[] { 30, 60, 300, 3600 }) {
			StepInference inference = new StepInference();
			for (int i = 0; i < 1000; i++) {
				inference.add((long) i * step + random.nextInt(2));
			}
			assertThat(inference.step()).isEqualTo(step);
		}
	}

	@Test
	void pointsOfEventsHaveAFineStep() {
		Random random = new Random(TestSeed.value());
		StepInference rare = new StepInference();
		StepInference frequent = new StepInference();
		long time = 0;
		for (int i = 0; i < 1000; i++) {
			time += 61 + random.nextInt(10_000);
			rare.add(time);
			frequent.add(time / 200);
		}
		assertThat(rare.step()).isEqualTo(60);
		assertThat(frequent.step()).isIn(2L, 5L, 10L);
	}

	@Test
	void manyDistancesTakeNoMemory() {
		StepInference inference = new StepInference();
		long time = 0;
		for (int i = 1; i <= 5000; i++) {
			time += 100 + 2L * i;
			inference.add(time);
			if (i % 3 == 0) {
				time += 1;
			}
		}
		assertThat(inference.step()).isEqualTo(60);
	}

	@Test
	void burstsInTheSameSecondsHaveTheFinestStep() {
		assertThat(of(0, 1, 2, 3, 100, 101, 102, 103, 777, 778, 779, 4000, 4001).step()).isEqualTo(1);
	}

	@Test
	void fewPointsSayNothing() {
		assertThat(of().step()).isZero();
		assertThat(of(7).step()).isZero();
		assertThat(of(7, 17).step()).isZero();
		assertThat(of(7, 17).isSure()).isFalse();
	}

	@Test
	void knowsNothingOfASeriesBeforeItWasCleared() {
		StepInference inference = of(7, 10, 11, 12, 15, 20, 31, 32, 33, 34, 50, 51, 53, 58, 60, 66, 70);
		assertThat(inference.step()).isEqualTo(1);
		inference.clear();
		assertThat(inference.isSure()).isFalse();
		assertThat(inference.step()).isZero();
		for (long timestamp : new long[] { 1, 61, 121, 181 }) {
			inference.add(timestamp);
		}
		assertThat(inference.step()).isEqualTo(60);
	}

}
