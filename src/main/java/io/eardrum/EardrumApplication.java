package io.eardrum;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The server: a TCP port for metrics, and an HTTP port for those who watch over it.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class EardrumApplication {

	public static void main(String[] args) {
		SpringApplication.run(EardrumApplication.class, args);
	}

}
