package io.eardrum.monitoring;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.monitoring.fixture.ExposedSeries;
import io.eardrum.monitoring.fixture.PromqlExpression;
import io.eardrum.monitoring.fixture.PromqlExpression.LabelMatcher;
import io.eardrum.monitoring.fixture.PromqlExpression.Selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link PromqlExpression} and {@link ExposedSeries}: what the test of the
 * dashboards and alerts stands on.
 */
class PromqlExpressionTests {

	private final ExposedSeries exposed = new ExposedSeries();

	PromqlExpressionTests() {
		this.exposed.addTarget("eardrum", "eardrum:8080",
				Map.of("errors_total", List.of(Map.of("reason", "http"), Map.of("reason", "storage")), "seconds_bucket",
						List.of(Map.of("le", "0.1"), Map.of("le", "+Inf")), "free_bytes", List.of(Map.of())));
	}

	@Test
	void selectorsAreFoundWhereverTheyAre() {
		PromqlExpression expression = PromqlExpression
			.of("sum by (a, b) (rate(errors_total{reason!=\"x\",c=~'d|e'}[5m])) / on (f) free_bytes offset 3h > bool 1.5");
		assertThat(expression.selectors()).containsExactly(
				new Selector("errors_total",
						List.of(new LabelMatcher("reason", "!=", "x"), new LabelMatcher("c", "=~", "d|e"))),
				new Selector("free_bytes", List.of()));
		assertThat(expression.usedLabels()).containsExactly("a", "b", "f");
		assertThat(expression.keptLabels()).containsExactly("a", "b");
		assertThat(expression.isAggregating()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "rat(errors_total[5m])", "errors_total{reason", "{reason=\"http\"}", "errors_total ; 1",
			"sum without (reason) (errors_total)", "1 + 1" })
	void whatIsNotKnownIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> PromqlExpression.of(text)).withMessageContaining(text);
	}

	@ParameterizedTest
	@ValueSource(strings = { "errors_total", "up{job=\"eardrum\"} == 0", "errors_total{reason=~\"http|storage\"} > 5",
			"histogram_quantile(0.99, sum by (le, instance) (rate(seconds_bucket{instance=~\".*\"}[5m])))",
			"errors_total{reason!=\"storage\"}" })
	void whatIsThereHasNoFaults(String text) {
		assertThat(this.exposed.faults(PromqlExpression.of(text))).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(quoteCharacter = '`', textBlock = """
			free_bytes + nonsense_total; there is no metric nonsense_total
			errors_total{cause="http"}; errors_total has no label cause
			errors_total{reason="smtp"}; errors_total never has reason smtp
			errors_total{reason=~"http|smtp"}; errors_total never has reason smtp
			errors_total{reason!="smtp"}; errors_total never has reason smtp
			errors_total{reason="http",job="other"}; no series matches
			sum by (direction) (errors_total); no series has the label direction
			up{job="smtp"}; up never has job smtp
			""", delimiter = ';')
	void whatIsNotThereIsAFault(String text, String fault) {
		assertThat(this.exposed.faults(PromqlExpression.of(text)))
			.anySatisfy((found) -> assertThat(found).contains(fault));
	}

	@Test
	void labelsOfTheResultAreThoseThatAreLeft() {
		assertThat(this.exposed.labelsOf(PromqlExpression.of("errors_total"))).containsExactlyInAnyOrder("instance",
				"job", "reason");
		assertThat(this.exposed.labelsOf(PromqlExpression.of("sum by (job) (errors_total)"))).containsExactly("job");
		assertThat(this.exposed.labelsOf(PromqlExpression.of("sum(errors_total)"))).isEmpty();
	}

}
