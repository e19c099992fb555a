/** The dialogs: the ends of a range, and help. */
import { byId } from './dom.js';
import { remember, remembered } from './settings.js';
import { fromInput, toInput, zoneName } from './time.js';

/**
 * Asks for a range.
 * @param {{from: number, to: number}} bounds what is shown now
 * @param {(from: number, to: number) => void} chosen
 */
export function askRange(bounds, unit, utc, chosen) {
  const [from, to, wrong] = [byId('range-from'), byId('range-to'), byId('range-wrong')];
  for (const [input, x] of [[from, bounds.from], [to, bounds.to]]) {
    input.type = unit === 'n' ? 'text' : 'datetime-local';
    input.step = '1';
    input.value = toInput(x, unit, utc);
    input.removeAttribute('aria-invalid');
  }
  wrong.textContent = '';
  byId('range-zone').textContent = unit === 'n' ? 'These timestamps are plain numbers.' : `Times are ${zoneName(utc)}.`;
  byId('range-form').onsubmit = (event) => {
    const [start, end] = [from, to].map((input) => fromInput(input.value, unit, utc));
    from.setAttribute('aria-invalid', String(Number.isNaN(start)));
    to.setAttribute('aria-invalid', String(!(end > start)));
    if (end > start) {
      chosen(start, end);
      return;
    }
    event.preventDefault();
    wrong.textContent = Number.isNaN(start) || Number.isNaN(end)
      ? unit === 'n' ? 'Both must be whole numbers.' : 'Both must have a date and a time.'
      : 'The end must be after the beginning.';
    (Number.isNaN(start) ? from : to).focus();
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
