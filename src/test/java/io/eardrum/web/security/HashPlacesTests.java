package io.eardrum.web.security;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HashPlaces}.
 */
class HashPlacesTests {

	private final HashPlaces places = new HashPlaces();

	@Test
	void clientHasOnePlace() {
		assertThat(this.places.enter("a", false)).isTrue();
		assertThat(this.places.enter("a", false)).isFalse();
		this.places.leave("a", false);
		assertThat(this.places.enter("a", true)).isTrue();
	}

	@Test
	void suspectsHaveHalfOfThem() {
		for (int i = 0; i < HashPlaces.ALL; i++) {
			assertThat(this.places.enter((i % 2 == 0) ? null : "suspect " + i, true)).isEqualTo(i < HashPlaces.ALL / 2);
		}
		for (int i = 0; i < HashPlaces.ALL; i++) {
			assertThat(this.places.enter("new " + i, false)).isEqualTo(i < HashPlaces.ALL / 2);
		}
		this.places.leave(null, true);
		assertThat(this.places.enter("suspect", true)).isTrue();
		assertThat(this.places.enter("new", false)).isFalse();
	}

}
