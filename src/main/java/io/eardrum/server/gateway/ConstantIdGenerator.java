package io.eardrum.server.gateway;

import java.util.UUID;

import org.springframework.util.IdGenerator;

/**
 * Gives every message the same id. One object for the whole process, because the
 * framework installs it for the whole process.
 */
public enum ConstantIdGenerator implements IdGenerator {

	/** The only instance. */
	INSTANCE;

	private static final UUID ID = new UUID(0, 1);

	@Override
	public UUID generateId() {
		return ID;
	}

}
