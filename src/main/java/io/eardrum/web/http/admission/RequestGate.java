package io.eardrum.web.http.admission;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.context.SmartLifecycle;

import io.eardrum.address.ClientAddresses;
import io.eardrum.budget.HeapBudget;
import io.eardrum.web.event.RequestObserver;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Admits requests, at most so many at once that threads of the HTTP port remain for the
 * health of the server. When all places are taken, and clients that send or receive
 * slowly hold more of them than they may, the gate ends the slowest request of the
 * address with the most slow requests.
 * <p>
 * When the server stops, the gate gives the admitted requests some time to end, and then
 * ends them. Safe for any number of threads.
 */
public final class RequestGate implements SmartLifecycle {

	/** How long a request waits for the place of a request that was ended. */
	private static final long PATIENCE_SECONDS = 2;

	private static final long STOP_LOOK_MILLIS = 100;

	private final RequestLimits limits;

	private final HeapBudget heap;

	private final RequestObserver observer;

	private final ClientAddresses addresses;

	private final LongSupplier nanoTime;

	private final Semaphore places;

	private final Turns turns;

	private final Set<Visit> visits = ConcurrentHashMap.newKeySet();

	private volatile boolean stopped;

	private volatile long stoppedNanos;

	private volatile boolean running;

	/**
	 * Creates a gate.
	 * @param limits what requests may take
	 * @param heap where they reserve memory
	 * @param observer is notified of those that are refused or ended
	 * @param addresses distinguishes clients
	 * @param nanoTime a clock in nanoseconds
	 */
	public RequestGate(RequestLimits limits, HeapBudget heap, RequestObserver observer, ClientAddresses addresses,
			LongSupplier nanoTime) {
		// Some requests with a turn wait for the disk.
		this(limits, heap, observer, addresses, nanoTime, new Turns(2 * Runtime.getRuntime().availableProcessors()));
	}

	RequestGate(RequestLimits limits, HeapBudget heap, RequestObserver observer, ClientAddresses addresses,
			LongSupplier nanoTime, Turns turns) {
		this.limits = limits;
		this.heap = heap;
		this.observer = observer;
		this.addresses = addresses;
		this.nanoTime = nanoTime;
		this.turns = turns;
		this.places = new Semaphore(limits.maxConcurrent(), true);
	}

	/**
	 * Creates a gate with the default limits and unlimited memory, for tests.
	 * @return a new gate
	 */
	public static RequestGate wide() {
		return new RequestGate(RequestLimits.defaults(), HeapBudget.unlimited(), RequestObserver.NONE,
				ClientAddresses.distinct(), System::nanoTime);
	}

	/**
	 * Admits a request.
	 * @param request the request
	 * @return its visit, to be passed to {@link #leave(Visit)}
	 * @throws RequestProblem if there are too many requests
	 */
	public Visit enter(HttpServletRequest request) {
		if (!this.places.tryAcquire() && !(endSlowest() && acquireSoon(request))) {
			throw RequestProblem.busy();
		}
		Object connection = request.getAttribute(ClientConnection.ATTRIBUTE);
		Visit visit = new Visit(request,
				(connection instanceof ClientConnection known) ? known : ClientConnection.UNKNOWN, this.turns,
				this::isStopping, this.limits, this.heap, this.observer, this.nanoTime);
		this.visits.add(visit);
		return visit;
	}

	private boolean acquireSoon(HttpServletRequest request) {
		FirstTurns.end(request);
		try {
			return this.places.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * Releases the place of a request that has been answered or has failed.
	 * @param visit its visit
	 */
	public void leave(Visit visit) {
		visit.endTurn();
		visit.memory().releaseAll();
		this.visits.remove(visit);
		this.places.release();
	}

	/**
	 * Returns the observer of refused and ended requests.
	 * @return the observer
	 */
	public RequestObserver observer() {
		return this.observer;
	}

	private synchronized boolean endSlowest() {
		Map<Object, List<Visit>> slow = this.visits.stream()
			.filter(Visit::isSlow)
			.collect(Collectors.groupingBy(this::client));
		int all = slow.values().stream().mapToInt(List::size).sum();
		List<Visit> most = slow.values().stream().max(Comparator.comparingInt(List::size)).orElse(List.of());
		if (all <= this.limits.maxSlowOrDefault() && most.size() <= this.limits.maxSlowPerClient()) {
			return false;
		}
		Map<Visit, Double> rates = most.stream().collect(Collectors.toMap(Function.identity(), Visit::rate));
		most.stream()
			.min(Comparator.comparingDouble(rates::get))
			.ifPresent((slowest) -> slowest.end(RequestObserver.Limit.SLOW_CLIENT));
		return true;
	}

	// A request from an address that stands for many clients counts as a client of its
	// own.
	private Object client(Visit visit) {
		Object client = this.addresses.client(visit.address());
		return (client != null) ? client : visit;
	}

	/**
	 * Returns whether requests have to end because the server stops.
	 * @return whether it stops and the grace period is over
	 */
	boolean isStopping() {
		return this.stopped
				&& this.nanoTime.getAsLong() - this.stoppedNanos > this.limits.shutdownGracePeriod().toNanos();
	}

	@Override
	public void start() {
		this.stopped = false;
		this.running = true;
	}

	/**
	 * Begins the grace period of the requests, and ends them after it. Does not wait.
	 */
	@Override
	public void stop() {
		this.stoppedNanos = this.nanoTime.getAsLong();
		this.stopped = true;
		this.running = false;
		Thread ender = new Thread(this::endAll, "eardrum-http-stop");
		ender.setDaemon(true);
		ender.start();
	}

	private void endAll() {
		try {
			while (this.stopped && !this.visits.isEmpty()) {
				Thread.sleep(STOP_LOOK_MILLIS);
				if (isStopping()) {
					endWaiting();
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Ends the requests that wait for their clients, because they do not notice the stop
	 * while they wait.
	 */
	void endWaiting() {
		this.visits.stream()
			.filter((visit) -> visit.isWaiting() && !visit.isEnded())
			.forEach((visit) -> visit.end(RequestObserver.Limit.STOPPING));
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/**
	 * Returns the phase that stops first, before the container waits for its requests.
	 */
	@Override
	public int getPhase() {
		return Integer.MAX_VALUE;
	}

}
