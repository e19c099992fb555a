package io.eardrum.budget;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ObjectPoolTests {

	@Test
	void handsOutAgainWhatWasGivenBack() {
		ObjectPool<Object> pool = new ObjectPool<>(4, Object::new);
		Object first = pool.take();
		pool.giveBack(first);
		assertThat(pool.take()).isSameAs(first);
		assertThat(pool.take()).isNotSameAs(first);
	}

	@Test
	void keepsNoMoreThanItHasPlacesFor() {
		ObjectPool<Object> pool = new ObjectPool<>(4, Object::new);
		Set<Object> given = ConcurrentHashMap.newKeySet();
		for (int i = 0; i < 100; i++) {
			Object object = new Object();
			given.add(object);
			pool.giveBack(object);
		}
		assertThat(IntStream.range(0, 100).filter((i) -> given.contains(pool.take())).count()).isEqualTo(4);
	}

	@Test
	void neverHandsOutAnObjectTwice() {
		ObjectPool<AtomicBoolean> pool = new ObjectPool<>(4, AtomicBoolean::new);
		long taken = IntStream.range(0, 200_000).parallel().filter((i) -> {
			AtomicBoolean inUse = pool.take();
			boolean free = inUse.compareAndSet(false, true);
			inUse.set(false);
			pool.giveBack(inUse);
			return free;
		}).count();
		assertThat(taken).isEqualTo(200_000);
	}

}
