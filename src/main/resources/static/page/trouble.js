/** What is told at the top of the page: that the server is gone, what just happened, and points of the future. */
import { announce, byId } from './dom.js';
import { grouped } from './numbers.js';
import { remember, remembered } from './settings.js';
import { clock } from './time.js';

const FLASH_MILLIS = 4000;

let countdown = 0;
let flashing = 0;
let aheadSeen = Number(remembered('ahead', '0'));

/** @param {Error | null} error null for success @param {number} retryMillis @param {boolean} utc */
export function showTrouble(error, retryMillis, utc) {
  clearInterval(countdown);
  const trouble = byId('trouble');
  document.body.classList.toggle('in-trouble', Boolean(error));
  if (!error) {
    if (!trouble.hidden) {
      announce('The server is back.');
      trouble.hidden = true;
    }
    if (!flashing) {
      byId('status').textContent = `Updated ${clock(Date.now() / 1000, utc)}`;
    }
    return;
  }
  // Replaced only when it differs, because an alert is read aloud each time.
  if (byId('trouble-text').textContent !== error.message) {
    byId('trouble-text').textContent = error.message;
  }
  trouble.hidden = false;
  const until = Date.now() + retryMillis;
  const tell = () => {
    byId('trouble-retry').textContent = `Trying again in ${Math.max(1, Math.ceil((until - Date.now()) / 1000))} s.`;
  };
  tell();
  countdown = setInterval(tell, 1000);
}

/** A short remark beside the name of the page. A refresh leaves it there long enough to be read. */
export function flash(text) {
  clearTimeout(flashing);
  byId('status').textContent = text;
  byId('status').classList.add('flash');
  flashing = setTimeout(() => {
    flashing = 0;
    byId('status').textContent = '';
    byId('status').classList.remove('flash');
  }, FLASH_MILLIS);
}

/**
 * Reports series ahead of the server's clock, until the user has hidden the report of this number.
 * @param {{count: number, example: string} | null} ahead
 */
export function showAhead(ahead) {
  const { count, example } = ahead ?? { count: 0 };
  aheadSeen = Math.min(aheadSeen, count);
  const shown = count > aheadSeen;
  if (shown) {
    const text = count === 1 ? `The newest point of ${example} is more than a day in the future.`
      : `The newest points of ${grouped(count)} series are more than a day in the future, such as ${example}.`;
    // Replaced only when it differs, because it is read aloud each time.
    if (byId('ahead-text').textContent !== text) {
      byId('ahead-text').textContent = text;
    }
  }
  byId('ahead').hidden = !shown;
}

/** Hides the report of series ahead of the clock. */
export function hideAhead(ahead) {
  aheadSeen = ahead?.count ?? 0;
  remember('ahead', String(aheadSeen));
  showAhead(ahead);
}
