package io.eardrum.suite.power;

import java.nio.file.Path;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.StoreImage;

/**
 * Opens the store of an image, drops the end of its log if the refusal says so, puts a
 * point, makes a checkpoint and closes it: a program of its own, so that it can be
 * recorded. Its status is 0, or 3 if the store is refused, which it says.
 * <p>
 * Argument: the directory of the store.
 */
public final class StoreOpening {

	/** The key of the point that is put after a power failure. */
	static final String KEY = "afterwards";

	private static final int REFUSED = 3;

	private StoreOpening() {
	}

	public static void main(String[] arguments) {
		Path store = Path.of(arguments[0]);
		try (StoreImage image = open(store)) {
			PointBatch batch = new PointBatch();
			batch.add(SeriesKey.of(KEY), 0, 1);
			image.repository().put(batch);
			image.checkpoint();
		}
		catch (StorageException ex) {
			System.out.println(ex.getMessage());
			System.exit(REFUSED);
		}
		System.exit(0);
	}

	private static StoreImage open(Path store) {
		try {
			return StoreImage.open(store, false);
		}
		catch (StorageException ex) {
			if (!StoreImage.isTailRecoverable(ex)) {
				throw ex;
			}
			return StoreImage.open(store, true);
		}
	}

}
