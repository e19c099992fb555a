package io.eardrum.budget;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class HeapPropertiesTests {

	@Test
	void withoutPropertiesTheDefaultsCount() {
		HeapBudget budget = properties(null, null).budget();
		assertThat(budget.totalBytes()).isEqualTo(HeapBudget.ofThisProcess().totalBytes());
	}

	@Test
	void limitsAreTaken() {
		HeapBudget budget = properties(DataSize.ofMegabytes(100), DataSize.ofMegabytes(7)).budget();
		assertThat(budget.totalBytes()).isEqualTo(100L << 20);
		assertThat(budget.share(HeapUse.FRAMES).maxBytes()).isEqualTo(7L << 20);
	}

	@Test
	void totalThatIsTooSmallOrLargerThanTheHeapIsRefused() {
		for (DataSize total : new DataSize[] { DataSize.ofMegabytes(15),
				DataSize.ofBytes(Runtime.getRuntime().maxMemory()) }) {
			assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
				.isThrownBy(() -> properties(total, null))
				.satisfies((ex) -> {
					assertThat(ex.getName()).isEqualTo("eardrum.heap.total");
					assertThat(ex.getValue()).isEqualTo(total);
					assertThat(ex.getReason()).contains("16MB");
				});
		}
	}

	@Test
	void shareLargerThanTheTotalIsRefused() {
		HeapProperties properties = properties(DataSize.ofMegabytes(100), DataSize.ofMegabytes(101));
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class).isThrownBy(properties::budget)
			.satisfies((ex) -> {
				assertThat(ex.getName()).isEqualTo("eardrum.heap.frames");
				assertThat(ex.getReason()).contains("eardrum.heap.total, 100MB");
			});
	}

	@Test
	void shareBelowAMegabyteIsRefused() {
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> properties(null, DataSize.ofKilobytes(1023)))
			.satisfies((ex) -> assertThat(ex.getName()).isEqualTo("eardrum.heap.frames"));
	}

	private static HeapProperties properties(@Nullable DataSize total, @Nullable DataSize frames) {
		return new HeapProperties(total, null, null, null, null, null, frames, null, null, null);
	}

}
