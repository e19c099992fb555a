/** The dialogs: the ends of a range, and help. */
import { nowSeconds } from './api.js';
import { byId } from './dom.js';
import { readTime, typedRange } from './range.js';
import { remember, remembered } from './settings.js';
import { typed, zoneName } from './time.js';

/**
 * Asks for a range.
 * @param {{from: number, to: number}} bounds what is shown now
 * @param {import('./view.js').Range} range what the view has: its words are offered again
 * @param {(range: import('./view.js').Range) => void} chosen
 */
export function askRange(bounds, range, unit, utc, chosen) {
  const [from, to, wrong] = [byId('range-from'), byId('range-to'), byId('range-wrong')];
  const words = (text, x) => (text && Number.isNaN(Number(text)) ? text : typed(x, unit, utc));
  const offered = range.preset && range.preset !== 'all' && unit !== 'n' ? { since: `-${range.preset}`, until: 'now' } : range;
  from.value = words(offered.since, bounds.from);
  to.value = words(offered.until, bounds.to);
  for (const input of [from, to]) {
    input.removeAttribute('aria-invalid');
    input.inputMode = unit === 'n' ? 'numeric' : 'text';
  }
  wrong.textContent = '';
  byId('range-zone').textContent = unit === 'n' ? 'These timestamps are plain numbers.'
    : `A date and time such as 2026-11-25 10:03 in ${zoneName(utc)}, or a time from now: -2h, -30min, now.`;
  byId('range-form').onsubmit = (event) => {
    const ends = [from, to].map((input) => readTime(input.value, unit, utc, nowSeconds()));
    const typedOne = ends[0] && ends[1] ? typedRange(ends[0], ends[1], nowSeconds()) : { from: 0, to: 0 };
    from.setAttribute('aria-invalid', String(!ends[0]));
    to.setAttribute('aria-invalid', String(!(typedOne.to > typedOne.from)));
    if (typedOne.to > typedOne.from) {
      chosen(typedOne.since ? { since: typedOne.since, until: typedOne.until } : typedOne);
      return;
    }
    event.preventDefault();
    const bad = [from, to].find((_, index) => !ends[index]);
    wrong.textContent = !bad ? 'The end must be after the beginning.'
      : unit === 'n' ? `“${bad.value}” is not a whole number.`
        : `“${bad.value}” is not a time. Write a date and time such as 2026-11-25 10:03, or a time from now such as -2h.`;
    (bad ?? to).focus();
  };
  byId('range-cancel').onclick = () => byId('range-dialog').close();
  byId('range-dialog').showModal();
}

export const shortcutsOn = () => remembered('shortcuts', 'on') === 'on';

export function showHelp() {
  const box = byId('shortcuts');
  box.checked = shortcutsOn();
  box.onchange = () => remember('shortcuts', box.checked ? 'on' : 'off');
  byId('help-dialog').showModal();
}
