package io.eardrum.storage.cassandra;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;

/**
 * The main class of a node's process: runs Cassandra, and ends at once when the process
 * that started it is gone, however that ended. What tells is the end of standard input,
 * whose other side nobody else holds.
 */
public final class CassandraLauncher {

	private static final int KILLED = 137;

	private CassandraLauncher() {
	}

	public static void main(String[] arguments) throws ReflectiveOperationException {
		Thread watch = new Thread(CassandraLauncher::awaitEndOfInput, "parent-watch");
		watch.setDaemon(true);
		watch.start();
		// By name: Cassandra is on the class path of this process only.
		Class<?> daemon = Class.forName("org.apache.cassandra.service.CassandraDaemon");
		try {
			daemon.getMethod("main", String[].class).invoke(null, (Object) arguments);
		}
		catch (InvocationTargetException ex) {
			throw new IllegalStateException("Cassandra does not start", ex.getCause());
		}
	}

	private static void awaitEndOfInput() {
		try {
			int read;
			do {
				read = System.in.read();
			}
			while (read >= 0);
		}
		catch (IOException ex) {
			// As good as its end.
		}
		Runtime.getRuntime().halt(KILLED);
	}

}
