/**
 * Polls the server while the page is visible and not paused. After a failure it always tries again, a little later each
 * time, until it succeeds.
 */
const FIRST_RETRY_MILLIS = 1000;
const LAST_RETRY_MILLIS = 15_000;

export class Poller {
  /**
   * @param {object} what
   * @param {() => Promise<void>} what.refresh fetches and shows everything
   * @param {() => number} what.intervalMillis from one refresh to the next
   * @param {(error: Error | null, retryMillis: number) => void} what.onState after each try; null for success
   */
  constructor({ refresh, intervalMillis, onState }) {
    Object.assign(this, { refresh, intervalMillis, onState });
    this.running = true;
    this.failures = 0;
    this.round = 0;
    this.timer = 0;
    document.addEventListener('visibilitychange', () => this.look());
  }

  /** @param {boolean} running */
  setRunning(running) {
    this.running = running;
    if (running) {
      this.now();
    } else if (!this.failures) {
      this.stop();
    }
  }

  /** The page has become visible or hidden. */
  look() {
    if (document.hidden) {
      this.stop();
    } else if (this.running || this.failures) {
      this.now();
    }
  }

  stop() {
    clearTimeout(this.timer);
    this.round++;
  }

  /** Refreshes now, and continues from there. */
  async now() {
    this.stop();
    const round = this.round;
    const started = performance.now();
    try {
      await this.refresh();
      this.failures = 0;
      this.onState(null, 0);
    } catch (error) {
      // A request by the user in the meantime replaces the refresh.
      if (error.name !== 'AbortError') {
        this.failed(error);
        return;
      }
    }
    if (round === this.round && this.running && !document.hidden) {
      // A slow server is polled less often.
      const took = performance.now() - started;
      this.timer = setTimeout(() => this.now(), Math.max(this.intervalMillis(), 8 * took));
    }
  }

  /** Reports a failure outside of a refresh, and tries again soon. */
  failed(error) {
    this.stop();
    const retryMillis = Math.min(LAST_RETRY_MILLIS, FIRST_RETRY_MILLIS * 2 ** this.failures++);
    this.onState(error, retryMillis);
    if (!document.hidden) {
      this.timer = setTimeout(() => this.now(), retryMillis);
    }
  }
}
