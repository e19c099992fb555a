package io.eardrum.web.api;

import java.util.List;
import java.util.Locale;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.eardrum.budget.RequestBudget;
import io.eardrum.fixture.TestSeed;
import io.eardrum.metric.SeriesKey;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ContainedText}.
 */
class ContainedTextTests {

	@ParameterizedTest
	@CsvSource({ "palm.cpu, CPU, true", "PALM.CPU, m.c, true", "palm.cpu, cpu.palm, false", "palm, palm.cpu, false",
			"palm.cpu, ü, false", "Übung, übung, true", "\u212Aelvin, kelvin, true", "a[Z, A{, false", "aab, ab, true",
			"x, x, true" })
	void findsTextInCapitalsOrNot(String key, String text, boolean contained) {
		RequestBudget budget = RequestBudget.unlimited();
		assertThat(new ContainedText(List.of(text), budget).test(SeriesKey.of(key))).isEqualTo(contained);
		assertThat(budget.done()).isPositive();
	}

	@Test
	void everyTextHasToBeContainedInKeysOfAnyLength() {
		ContainedText contained = new ContainedText(List.of("a", "b"), RequestBudget.unlimited());
		assertThat(contained.test(SeriesKey.of("x".repeat(5000) + "AB"))).isTrue();
		assertThat(contained.test(SeriesKey.of("ä".repeat(5000) + "AB"))).isTrue();
		assertThat(contained.test(SeriesKey.of("ä".repeat(5000) + "A"))).isFalse();
		assertThat(contained.test(SeriesKey.of("a"))).isFalse();
	}

	@Test
	void keysAtRandomContainWhatTheirTextContains() {
		Random random = new Random(TestSeed.value());
		for (int i = 0; i < 20_000; i++) {
			String key = text(random, 1 + random.nextInt(8));
			List<String> texts = List.of(text(random, 1 + random.nextInt(3)), text(random, 1));
			boolean expected = texts.stream()
				.allMatch((text) -> key.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT)));
			assertThat(new ContainedText(texts, RequestBudget.unlimited()).test(SeriesKey.of(key)))
				.as("%s in %s", texts, key)
				.isEqualTo(expected);
		}
	}

	private static String text(Random random, int length) {
		String characters = (random.nextInt(3) == 0) ? "aAbB.ÄäİKk" : "aAbB.";
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < length; i++) {
			text.append(characters.charAt(random.nextInt(characters.length())));
		}
		return text.toString();
	}

}
