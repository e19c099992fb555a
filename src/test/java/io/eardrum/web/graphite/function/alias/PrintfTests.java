package io.eardrum.web.graphite.function.alias;

import java.util.Objects;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Formats as Python has them: the texts were written by it.
 */
class PrintfTests {

	@ParameterizedTest
	@CsvSource(delimiter = '=', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
			%d=1234.9=1234
			%i=-1234.9=-1234
			%d=0=0
			%d=1e20=100000000000000000000
			a %s b=1.5=a 1.5 b
			%s=3=3.0
			%f=1.5=1.500000
			%.0f=2.5=2
			%.2f=0.125=0.12
			%.1f=-0.25=-0.2
			%g=1234567=1.23457e+06
			%g=0.5=0.5
			%f=Infinity=inf
			[%6d]=42=[    42]
			[%-6d]=42=[42    ]
			[%06d]=42=[000042]
			[%06d]=-42=[-00042]
			[%+d]=42=[+42]
			[% d]=42=[ 42]
			[%+6d]=42=[   +42]
			[%+06.1f]=4.25=[+004.2]
			[%-8.3f]=3.14159=[3.142   ]
			[%2d]=12345=[12345]
			100 %% of %d=5=100 % of 5
			$1 \\ %d=5=$1 \\ 5
			""")
	void numberIsWrittenAsPythonWritesIt(String format, double value, String expected) {
		assertThat(Objects.requireNonNull(Printf.of(format)).format(value)).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "no place", "%", "%%", "%d %d", "%x", "%d %", "%.2d", "%1000d", "%(x)d" })
	void textWithoutExactlyOnePlaceIsNoFormat(String text) {
		assertThat(Printf.of(text)).isNull();
	}

}
