package io.eardrum.web.security;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import io.eardrum.fixture.CapturedLog;

import static org.assertj.core.api.Assertions.assertThat;

class RefusalLogTests {

	@Test
	void tellsHowManyAtMostOnceInTenSeconds() {
		try (CapturedLog output = CapturedLog.ofThisThread()) {
			AtomicLong time = new AtomicLong(5);
			RefusalLog log = new RefusalLog("with a wrong user", time::get);
			log.refused("from 192.0.2.1");
			for (int i = 0; i < 100; i++) {
				log.refused("from 192.0.2.2");
			}
			assertThat(output.lines().filter((line) -> line.contains("wrong user"))).hasSize(1)
				.first()
				.asString()
				.contains(": 1,")
				.endsWith("192.0.2.1");
			time.addAndGet(TimeUnit.SECONDS.toNanos(10));
			log.refused("from 192.0.2.3");
			assertThat(output.text()).contains(": 101, the last one from 192.0.2.3");
		}
	}

}
