package io.eardrum.storage.embedded;

import java.util.concurrent.CountDownLatch;

import org.rocksdb.AbstractEventListener;
import org.rocksdb.FlushJobInfo;
import org.rocksdb.RocksDB;

/**
 * Holds the flush that a backup begins with until it is told to let it go on. To be made
 * once RocksDB's library is loaded.
 */
final class SlowFlush extends AbstractEventListener {

	final CountDownLatch begun = new CountDownLatch(1);

	final CountDownLatch goOn = new CountDownLatch(1);

	SlowFlush() {
		super(EnabledEventCallback.ON_FLUSH_BEGIN);
	}

	@Override
	public void onFlushBegin(RocksDB database, FlushJobInfo job) {
		this.begun.countDown();
		try {
			this.goOn.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
