package io.eardrum.web;

import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.InvocationContext;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvoker;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameter;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameters;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link StrictOperations}.
 */
class StrictOperationsTests {

	private final OperationInvoker invoker = (context) -> "done";

	@Test
	void unknownFieldIsRefusedWithThoseThatThereAre() {
		assertThat(write(Map.of("nam", "a"), "name")).contains("\"parameter\":\"nam\"").contains("there are name");
		assertThat(write(Map.of("name", "a"))).contains("\"parameter\":\"name\"").contains("There are no fields here.");
		assertThat(write(Map.of("name", "a"), "name")).isEqualTo("done");
		assertThat(write(Map.of())).isEqualTo("done");
	}

	@Test
	void readsAreLeftAlone() {
		assertThat(operation(OperationType.READ)).isSameAs(this.invoker);
	}

	private OperationInvoker operation(OperationType type, String... names) {
		OperationParameters parameters = mock(OperationParameters.class);
		given(parameters.stream()).willAnswer((call) -> Stream.of(names).map((name) -> {
			OperationParameter parameter = mock(OperationParameter.class);
			given(parameter.getName()).willReturn(name);
			return parameter;
		}));
		return new StrictOperations().apply(EndpointId.of("backup"), type, parameters, this.invoker);
	}

	private String write(Map<String, Object> fields, String... names) {
		Object answer = operation(OperationType.WRITE, names)
			.invoke(new InvocationContext(SecurityContext.NONE, fields));
		if (answer instanceof WebEndpointResponse<?> refusal) {
			assertThat(refusal.getStatus()).isEqualTo(400);
			return String.valueOf(refusal.getBody());
		}
		return String.valueOf(answer);
	}

}
