package io.eardrum.server.gateway;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.integration.handler.AbstractReplyProducingMessageHandler;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.support.GenericMessage;

import io.eardrum.budget.HeapShare;
import io.eardrum.budget.ObjectPool;
import io.eardrum.server.command.CommandExecutor;
import io.eardrum.server.command.CommitGroup;
import io.eardrum.server.command.Frame;
import io.eardrum.server.command.Reply;
import io.eardrum.server.limit.LogThrottle;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.time.TimestampCheck;

/**
 * The service activator behind the gateway. It executes the commands of a frame on the
 * thread that has read them, and returns the reply. A get reads from the
 * {@link MetricRepository} here; a put joins a {@link CommitGroup}, which stores its
 * points in the repository before the reply is sent. The commands of a frame that takes
 * long are executed in turns with those of other frames, on other threads. Safe for any
 * number of threads.
 * <p>
 * It never fails: if there can't be a reply, the connection is reset, so that the client
 * does not wait.
 */
public final class CommandServiceActivator extends AbstractReplyProducingMessageHandler {

	private static final int POOLED_EXECUTORS = 64;

	private static final Log defects = LogFactory.getLog(CommandServiceActivator.class);

	private final MetricRepository repository;

	private final TimestampCheck check;

	private final HeapShare patterns;

	private final ObjectPool<CommandExecutor> executors;

	private final LogThrottle defectRate = new LogThrottle();

	/**
	 * Creates a service activator.
	 * @param repository stores and reads points
	 * @param check checks the timestamps of points before they are stored
	 * @param patterns the memory for patterns
	 */
	public CommandServiceActivator(MetricRepository repository, TimestampCheck check, HeapShare patterns) {
		this.patterns = patterns;
		this.repository = repository;
		this.check = check;
		this.executors = new ObjectPool<>(POOLED_EXECUTORS, this::newExecutor);
	}

	private CommandExecutor newExecutor() {
		return new CommandExecutor(this.repository, this.patterns, this.executors, this::reportDefect);
	}

	@Override
	protected Object handleRequestMessage(Message<?> requestMessage) {
		return execute((Frame) requestMessage.getPayload());
	}

	// The reply goes back to where the request came from, and needs no headers besides
	// those of the request.
	@Override
	protected Message<?> createOutputMessage(Object output, MessageHeaders requestHeaders) {
		return new GenericMessage<>(output, requestHeaders);
	}

	/**
	 * Creates a group for puts, which stores them where these commands read.
	 * @return a new group
	 */
	public CommitGroup newGroup() {
		return new CommitGroup(this.repository, this.check, this::reportDefect);
	}

	/**
	 * Executes the commands of a frame.
	 * @param frame the frame
	 * @return their reply, which may be written once the group of the frame has been
	 * committed
	 */
	public Reply execute(Frame frame) {
		return this.executors.take().attempt(frame);
	}

	private void reportDefect(RuntimeException exception) {
		if (this.defectRate.permits()) {
			defects.error("A command could not be executed because of a defect", exception);
		}
	}

}
